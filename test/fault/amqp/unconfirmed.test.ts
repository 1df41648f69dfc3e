import assert from 'node:assert/strict';
import { openLink091 } from '../../../adapters/amqp/amqp091/link.ts';
import { BrokerConnection } from '../../../adapters/amqp/broker-connection.ts';
import { Publisher } from '../../../adapters/amqp/publisher.ts';
import type { Publication } from '../../../adapters/amqp/transport.ts';
import { amqpSettings, openQueueApplication, type QueueApplication } from '../../setup/amqp-place.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { openUnconfirmingRelay, type UnconfirmingRelay } from '../../setup/unconfirming-relay.ts';

const nothing = (): void => undefined;

describe('a broker that takes messages and confirms nothing', function () {
  this.timeout(30_000);
  let application: QueueApplication;
  let relay: UnconfirmingRelay;
  let brokerUrl = '';
  const opened: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(BROKER_HOOK_MS);
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    ({ url: brokerUrl } = await testBroker());
    application = await openQueueApplication(brokerUrl);
  });
  beforeEach(async () => {
    relay = await openUnconfirmingRelay(brokerUrl);
  });
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
    await relay?.close();
  });
  after(() => application?.close());

  it('is connected to anew after 60 s: all that is under way is let go of, and goes out again', async () => {
    const clock = new ManualClock();
    const { publisher, connected, settings } = await open(clock);
    const queue = await application.bind(settings, 'een.#');
    relay.confirms = false;
    const first = publisher.publish(publicationTo(settings.exchange, 'een.1'));
    await application.next(queue);
    clock.advance(30_000);
    const second = publisher.publish(publicationTo(settings.exchange, 'een.2'));
    await application.next(queue);
    const told = [first, second].map((one) => assert.rejects(one, { code: 'HANDOVER_FAILED' }));
    clock.advance(30_000);
    await Promise.all(told);
    await relay.connections[0];
    relay.confirms = true;
    clock.advance(2_000);
    await connected(2);
    await publisher.publish(publicationTo(settings.exchange, 'een.1'));
    assert.equal((await application.next(queue)).fields.routingKey, 'een.1');
  });

  it('for a queue that was named ends what goes straight to queues, and the connection stays', async () => {
    const clock = new ManualClock();
    const { publisher, settings } = await open(clock);
    const queue = await application.bind(settings, 'geen');
    relay.confirms = false;
    const first = assert.rejects(publisher.publish(publicationTo('', queue)), { code: 'HANDOVER_FAILED' });
    await application.next(queue);
    clock.advance(30_000);
    const second = publisher.offer(publicationTo('', queue));
    await application.next(queue);
    clock.advance(30_000);
    await first;
    assert.equal((await second).is, 'rejected');
    relay.confirms = true;
    await publisher.publish(publicationTo('', queue));
    assert.equal(relay.connections.length, 1);
  });

  interface Open {
    readonly publisher: Publisher;
    readonly settings: ReturnType<typeof amqpSettings>;
    readonly connected: (times: number) => Promise<void>;
  }

  async function open(clock: ManualClock): Promise<Open> {
    const settings = amqpSettings(relay.url);
    const publisher = new Publisher(clock);
    let times = 0;
    let look = nothing;
    const connection = new BrokerConnection({
      settings,
      openLink: openLink091,
      users: [publisher],
      connected: () => {
        times++;
        look();
      },
      blocked: (reason) => publisher.block(reason),
      clock,
      random: () => 0,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    });
    opened.push(() => connection.stop());
    await connection.start();
    const connected = (wanted: number): Promise<void> =>
      new Promise((resolve) => {
        look = () => void (times >= wanted && resolve());
        look();
      });
    return { publisher, settings, connected };
  }
});

function publicationTo(exchange: string, routingKey: string): Publication {
  return { exchange, routingKey, mandatory: true, content: Buffer.from('<een/>'), properties: {}, headers: {} };
}
