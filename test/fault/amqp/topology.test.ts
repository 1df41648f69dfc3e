import assert from 'node:assert/strict';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { openLink091 } from '../../../adapters/amqp/amqp091/link.ts';
import { Publisher } from '../../../adapters/amqp/publisher.ts';
import { QueueReader } from '../../../adapters/amqp/queue-reader.ts';
import { systemClock } from '../../../src/clock.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { Gateway } from '../../../src/msh/gateway.ts';
import {
  amqpSettings,
  CONNECTED,
  openQueueApplication,
  prepareAdapter,
  type QueueApplication,
} from '../../setup/amqp-place.ts';
import { ACTION, contract, cpaIdOf, gemeente, SERVICE } from '../../setup/msh-contracts.ts';
import { openPartyGateway, untilListed } from '../../setup/msh-pair.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const cpa = contract({ profile: 'osb-rm' });

const nothing = (): void => undefined;
const WATCH = { lost: nothing, blocked: nothing };

describe('what the gateway finds at the broker', function () {
  this.timeout(30_000);
  let url = '';
  let application: QueueApplication;
  const opened: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(BROKER_HOOK_MS);
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    ({ url } = await testBroker());
    application = await openQueueApplication(url);
  });

  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  after(() => application?.close());

  it('is declared where it is missing, and left as it is where it stands', async () => {
    const settings = amqpSettings(url);
    for (const _ of ['first', 'second']) await (await open(settings)).start();
    await application.channel.checkExchange(settings.exchange);
    await application.channel.checkQueue(settings.sendQueue);
    await application.channel.checkQueue(settings.refused);
  });

  it('stops the start when a queue has other properties, with its name', async () => {
    const settings = amqpSettings(url);
    await application.channel.assertQueue(settings.sendQueue, { durable: true });
    await assert.rejects((await open(settings)).start(), {
      code: 'BROKER_TOPOLOGY',
      location: `queue ${settings.sendQueue}`,
      message: /PRECONDITION_FAILED/,
    });
  });

  const backlogs: readonly [what: string, octets: number, most: number][] = [
    ['long ones few at a time', 5 * 1024 * 1024, 4],
    ['many short ones at once', 1, 12],
  ];
  for (const [what, octets, expected] of backlogs) {
    it(`is taken off a queue as memory holds it: ${what}`, async () => {
      const settings = amqpSettings(url, { inlineLimit: 16 * 1024 * 1024, prefetch: 16 });
      for (let n = 0; n < 12; n++)
        application.channel.sendToQueue(await quorum(settings.sendQueue), Buffer.alloc(octets), { persistent: true });
      await application.channel.waitForConfirms();
      const link = await openLink091({ ...settings, sendQueue: `${settings.sendQueue}.other` }, WATCH);
      const publisher = new Publisher(systemClock);
      await publisher.open(link);
      let [inHand, most, left] = [0, 0, 12];
      const { promise: all, resolve } = Promise.withResolvers<void>();
      const handle = async (): Promise<void> => {
        most = Math.max(most, ++inHand);
        await new Promise((go) => setTimeout(go, 300));
        inHand--;
        if (--left === 0) resolve();
      };
      const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
      const parts = { settings, publisher, clock: systemClock, random: Math.random, log };
      const reader = new QueueReader(parts, { queue: settings.sendQueue, refusedAs: 'send', handle });
      await reader.open(link);
      await all;
      assert.equal(most, expected);
      await reader.drain();
      await link.close();
    });
  }

  it('stops the start when an exchange is of another type', async () => {
    const settings = amqpSettings(url);
    await application.channel.assertExchange(settings.exchange, 'fanout', { durable: true });
    await assert.rejects((await open(settings)).start(), {
      code: 'BROKER_TOPOLOGY',
      location: `exchange ${settings.exchange}`,
    });
  });

  it('is declared anew when the queue is deleted under the gateway', async () => {
    const settings = amqpSettings(url);
    const place = await open(settings);
    await place.start();
    await application.channel.deleteQueue(settings.sendQueue);
    await place.connected(2);
    await submitByQueue(settings, 'again');
    await untilListed(place.gateway, { direction: 'out' }, 1);
  });

  it('a message that was handed out too often is refused, and those behind it go on', async () => {
    const settings = amqpSettings(url, { maxDeliveries: 3 });
    await declareBefore(settings);
    await submitByQueue(settings, 'poison');
    for (const _ of [1, 2, 3]) {
      const got = await application.channel.get(settings.sendQueue);
      assert.ok(got !== false);
      application.channel.nack(got, false, true);
    }
    await submitByQueue(settings, 'good');
    const place = await open(settings);
    await place.start();
    const { content, properties } = await application.next(settings.refused);
    assert.deepEqual([String(content), properties.headers?.['reason']], ['poison', 'REDELIVERED_TOO_OFTEN']);
    await untilListed(place.gateway, { direction: 'out' }, 1);
    assert.equal((await place.gateway.gateway.messages.list({ limit: 10 })).items.length, 1);
  });

  it('where refused input goes is declared anew when its queue is deleted under the gateway', async () => {
    const settings = amqpSettings(url);
    const place = await open(settings);
    await place.start();
    await application.channel.deleteQueue(settings.refused);
    await application.send(settings, 'no-such-cpa', Buffer.from('poison'));
    await place.connected(2);
    assert.equal(String((await application.next(settings.refused)).content), 'poison');
    await submitByQueue(settings, 'good');
    await untilListed(place.gateway, { direction: 'out' }, 1);
  });

  interface Place {
    readonly gateway: TestGateway;
    start(): Promise<void>;
    /** Resolves when it has connected so many times. */
    connected(times: number): Promise<void>;
  }

  it('messages wait in the queue while the store is not available, and keep the order of their conversation', async () => {
    const settings = amqpSettings(url);
    await declareBefore(settings);
    for (const body of ['first', 'second', 'third'])
      await application.send(settings, cpaIdOf(cpa), Buffer.from(body), { messageId: body, correlationId: 'zaak-1' });
    let failures = 2;
    const place = await open(settings, async () => {
      if (failures-- > 0) throw new GatewayError('STORE_UNAVAILABLE');
    });
    await place.start();
    await untilListed(place.gateway, { direction: 'out' }, 3);
    const { items } = await place.gateway.gateway.messages.list({ direction: 'out', limit: 10 });
    const bodies = await Promise.all(
      items.map(async ({ messageId }) => {
        const { stream } = await place.gateway.gateway.messages.openPayload(messageId, 1);
        return String(Buffer.concat(await stream.toArray()));
      }),
    );
    assert.deepEqual(bodies.toReversed(), ['first', 'second', 'third']);
    assert.equal(await application.look(settings.refused), undefined);
  });

  async function quorum(name: string): Promise<string> {
    await application.channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    return name;
  }

  async function open(settings: AmqpSettings, beforeSubmit = async (): Promise<void> => undefined): Promise<Place> {
    const prepared = prepareAdapter(settings, systemClock);
    const prepare = (gateway: Gateway): void => {
      const { messages } = gateway;
      const submit: typeof messages.submit = async (request) => {
        await beforeSubmit();
        return messages.submit(request);
      };
      prepared.prepare({ ...gateway, messages: { ...messages, submit } });
    };
    const gateway = await openPartyGateway(gemeente, { cpas: [cpa], prepare });
    opened.push(async () => {
      await prepared.adapter.drain();
      await prepared.adapter.stop();
      await gateway.close();
    });
    return {
      gateway,
      start: () => prepared.adapter.start(),
      connected: (times) => prepared.untilLogged(CONNECTED, times),
    };
  }

  /** As an adapter that ran before left it. */
  async function declareBefore(settings: AmqpSettings): Promise<void> {
    await (await open(settings)).start();
    await opened.pop()?.();
  }

  async function submitByQueue(settings: AmqpSettings, body: string): Promise<void> {
    await application.send(settings, cpaIdOf(cpa), Buffer.from(body), {
      headers: { service: SERVICE, action: ACTION },
    });
  }
});
