import { randomBytes, randomUUID } from 'node:crypto';
import { type ConfirmChannel, connect } from 'amqplib';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Gateway } from '../../../src/msh/gateway.ts';
import { amqpSettings, type PreparedAdapter, prepareAdapter } from '../../setup/amqp-place.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from '../../setup/msh-contracts.ts';
import { openPartyGateway, Routes, submitTo } from '../../setup/msh-pair.ts';
import { NO_RABBITMQ, hasRabbitmq, startBroker } from '../../setup/servers/rabbitmq.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';

const MESSAGES = 6_000;
const WARM_UP = 1_000;
const SIZE = 2048;
/** As many as the adapter has under way. */
const IN_FLIGHT = 64;
const BATCH = 200;

/** One gateway for both parties; nothing is signed, so that the bridge is what takes time. */
export const amqpBridge: Scenario = {
  name: 'amqp-bridge',
  what: 'received messages of 2 KB published to a quorum queue until they are TAKEN, and the way back',
  async run() {
    if (!hasRabbitmq()) throw new Error(NO_RABBITMQ);
    const broker = await startBroker();
    const connection = await connect(broker.url, { noDelay: true });
    try {
      const channel = await connection.createConfirmChannel();
      const bare = await barePublish(channel);
      const there = await openBridge(broker.url);
      try {
        return await measure(there, channel, bare);
      } finally {
        await there.prepared.adapter.drain();
        await there.gateway.gateway.handovers.stop();
        await there.prepared.adapter.stop();
        await there.gateway.close();
      }
    } finally {
      await connection.close();
      await broker.stop();
    }
  },
};

/** Confirmed publishes a second by amqplib alone. */
async function barePublish(channel: ConfirmChannel): Promise<number> {
  progress('amqplib alone');
  const { queue } = await channel.assertQueue('bare', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await publishAll(channel, { exchange: '', key: queue, count: WARM_UP });
  const started = performance.now();
  await publishAll(channel, { exchange: '', key: queue, count: MESSAGES });
  const rate = (MESSAGES * 1000) / (performance.now() - started);
  await channel.deleteQueue(queue);
  return rate;
}

async function publishAll(
  channel: ConfirmChannel,
  { exchange, key, count }: { readonly exchange: string; readonly key: string; readonly count: number },
): Promise<void> {
  const content = randomBytes(SIZE);
  const headers = { cpaId: CPA_ID, fromPartyId: gemeente.oin, service: SERVICE, action: ACTION };
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0)
      await new Promise<void>((resolve, reject) => {
        const options = { messageId: randomUUID(), persistent: true, mandatory: true, headers };
        channel.publish(exchange, key, content, options, (error: unknown) =>
          error instanceof Error ? reject(error) : resolve(),
        );
      });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

interface Bridge {
  readonly settings: AmqpSettings;
  readonly gateway: TestGateway;
  readonly prepared: PreparedAdapter;
  /** Until then nothing is handed over. */
  readonly open: () => void;
}

const CPA = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(CPA);

async function openBridge(url: string): Promise<Bridge> {
  const settings = amqpSettings(url);
  const prepared = prepareAdapter(settings, systemClock);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const prepare = (of: Gateway): void => {
    const { handovers } = of;
    const register: typeof handovers.register = (name, handover, options) =>
      handovers.register(name, { deliver: (message) => gate.then(() => handover.deliver(message)) }, options);
    prepared.prepare({ ...of, handovers: { ...handovers, register } });
  };
  const routes = new Routes();
  const gateway = await openPartyGateway(gemeente, {
    parties: [gemeente.key, dienst.key],
    cpas: [CPA],
    clock: systemClock,
    transport: routes.transport(),
    routes: [{ destination: 'amqp' }],
    prepare,
  });
  for (const party of [gemeente, dienst]) routes.lead(party.endpoint, gateway.url);
  return { settings, gateway, prepared, open };
}

async function measure(bridge: Bridge, channel: ConfirmChannel, bareRate: number): Promise<readonly Measured[]> {
  const { settings, gateway, prepared, open } = bridge;
  const bare = { what: `amqplib alone, confirmed publishes with ${IN_FLIGHT} under way`, value: bareRate };
  progress(`${MESSAGES} messages received, and not handed over yet`);
  await channel.assertExchange(settings.exchange, 'topic', { durable: true });
  const { queue } = await channel.assertQueue(`${settings.exchange}.app`, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum' },
  });
  await channel.bindQueue(queue, settings.exchange, 'received.#');
  for (let sent = 0; sent < MESSAGES; sent += BATCH)
    await Promise.all(
      Array.from({ length: BATCH }, () => submitTo(gateway, { cpaId: CPA_ID, payloads: [randomBytes(SIZE)] })),
    );
  await untilWaiting(gateway, MESSAGES);
  await prepared.adapter.start();
  progress('they are handed over');
  const started = performance.now();
  open();
  await untilWaiting(gateway, 0);
  const handedOver = (MESSAGES * 1000) / (performance.now() - started);
  progress(`${MESSAGES} messages that applications publish are stored`);
  const before = performance.now();
  await publishAll(channel, { exchange: settings.exchange, key: 'send', count: MESSAGES });
  await untilSubmitted(gateway, 2 * MESSAGES);
  const submitted = (MESSAGES * 1000) / (performance.now() - before);
  return [
    { what: 'handed over', value: handedOver, unit: '/s', better: 'more', bare, asked: 0.5 },
    {
      what: 'from the queue, stored, sent and handed over by the same process',
      value: submitted,
      unit: '/s',
      better: 'more',
    },
  ];
}

/** Looking reads all that waits: more often would be measured too. */
const LOOK_MS = 100;

async function untilWaiting({ gateway }: TestGateway, count: number): Promise<void> {
  for (;;) {
    const [found] = await gateway.handovers.waiting();
    if ((found?.count ?? 0) === count) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function untilSubmitted({ gateway }: TestGateway, count: number): Promise<void> {
  while (gateway.counters.submitted < count) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
