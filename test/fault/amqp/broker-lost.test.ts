import assert from 'node:assert/strict';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { systemClock } from '../../../src/clock.ts';
import {
  amqpSettings,
  openQueueApplication,
  type PreparedAdapter,
  prepareAdapter,
  type QueueApplication,
} from '../../setup/amqp-place.ts';
import { freePort } from '../../setup/gateway-process.ts';
import { contract, cpaIdOf, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway, Routes, untilEvents, untilState } from '../../setup/msh-pair.ts';
import { BROKER_HOOK_MS, type Broker, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { openTcpRelay, type TcpRelay } from '../../setup/tcp-relay.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const cpa = contract({ profile: 'osb-rm' });
const DOCUMENTS = 60;

/** One gateway for both parties, so that every document passes both ways of the bridge. */
describe('a bridge whose broker goes away', function () {
  this.timeout(2 * BROKER_HOOK_MS);
  let broker: Broker;
  let relay: TcpRelay;
  let gateway: TestGateway | undefined;
  let prepared: PreparedAdapter;
  let settings: AmqpSettings;
  let application: QueueApplication;
  let queue = '';

  before(async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    broker = await testBroker();
    const port = await freePort();
    relay = await openTcpRelay(port);
    relay.lead(broker.url);
    settings = amqpSettings(`amqp://guest:guest@127.0.0.1:${port}`);
    prepared = prepareAdapter(settings, systemClock);
    const routes = new Routes();
    gateway = await openPartyGateway(gemeente, {
      parties: [gemeente.key, dienst.key],
      cpas: [cpa],
      transport: routes.transport(),
      routes: [{ destination: 'amqp' }],
      prepare: prepared.prepare,
    });
    for (const party of [gemeente, dienst]) routes.lead(party.endpoint, gateway.url);
    await prepared.adapter.start();
    application = await openQueueApplication(broker.url);
    queue = await application.bind(settings, 'received.#');
  });

  after(async () => {
    if (gateway !== undefined) await prepared.adapter.drain();
    await gateway?.gateway.handovers.stop();
    if (gateway !== undefined) await prepared.adapter.stop();
    await gateway?.close();
    await application?.close();
    await relay?.close();
  });

  it('by a connection that is cut again and again: every document arrives, each under one MessageId', async () => {
    const sent = await publish('cut');
    const ids = new Map<string, string>();
    for (let cuts = 0; ids.size < sent.length; ) {
      const { content, properties } = await application.next(queue);
      note(ids, String(content), String(properties.messageId));
      if (ids.size > (cuts + 1) * 15 && cuts < 3) {
        cuts += 1;
        relay.lead(broker.url);
      }
    }
    requireAll(ids, sent);
    assert.ok(prepared.logged.filter((line) => line === 'connected to the broker').length >= 2);
  });

  it('by a broker that is killed and comes back: every document arrives, each under one MessageId', async () => {
    const sent = await publish('kill');
    const ids = new Map<string, string>();
    await application.next(queue);
    await broker.kill();
    await broker.start();
    application = await openQueueApplication(broker.url);
    while (ids.size < sent.length) {
      const { content, properties } = await application.next(queue);
      // What was acknowledged of the test before, just before the broker died, may come once more.
      if (sent.includes(String(content))) note(ids, String(content), String(properties.messageId));
    }
    requireAll(ids, sent);
  });

  it('by a broker that is not there: what is received stays RECEIVED, and goes out once it is', async () => {
    await application.close();
    await broker.kill();
    const { gateway: use } = opened();
    const { messageId } = await use.messages.submit({
      cpaId: cpaIdOf(cpa),
      from: gemeente.key,
      service: 'urn:osb:services:osb:melding:1.0',
      action: 'melden',
      payloads: [],
    });
    await untilEvents(opened(), 'handover.failed', 1);
    assert.equal((await use.messages.find(messageId, 'in')).state, 'RECEIVED');
    await broker.start();
    application = await openQueueApplication(broker.url);
    // What was handed over before the broker died may come once more.
    while ((await application.next(queue)).properties.messageId !== messageId);
    await untilState(opened(), messageId, 'TAKEN');
  });

  async function publish(name: string): Promise<readonly string[]> {
    const sent = Array.from({ length: DOCUMENTS }, (_, n) => `${name}-${n}`);
    for (const body of sent) await application.send(settings, cpaIdOf(cpa), Buffer.from(body), { messageId: body });
    return sent;
  }

  function opened(): TestGateway {
    assert.ok(gateway !== undefined);
    return gateway;
  }
});

/** The same document may come twice, but never under another id. */
function note(ids: Map<string, string>, document: string, messageId: string): void {
  assert.equal(messageId, ids.get(document) ?? messageId);
  ids.set(document, messageId);
}

function requireAll(ids: ReadonlyMap<string, string>, sent: readonly string[]): void {
  assert.deepEqual([...ids.keys()].sort(), sent.toSorted());
  assert.equal(new Set(ids.values()).size, sent.length);
}
