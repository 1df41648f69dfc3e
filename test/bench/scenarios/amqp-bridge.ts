import { type ConfirmChannel, connect } from 'amqplib';
import { declareAll } from '../../../adapters/amqp/amqp091/declare.ts';
import { topology } from '../../../adapters/amqp/amqp091/topology.ts';
import { openBridge, publishAll, quorumQueue, receiveMany } from '../bridge.ts';
import { NO_RABBITMQ, hasRabbitmq, startBroker } from '../../setup/servers/rabbitmq.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';

const MESSAGES = 12_000;
const WARM_UP = 3_000;
const ALL = WARM_UP + MESSAGES;
const IN_FLIGHT = 64;

export const amqpBridge: Scenario = {
  name: 'amqp-bridge',
  what: 'messages of 2 KB: received ones published to a quorum queue until they are TAKEN, and those of a queue until they are stored to be sent',
  async run() {
    if (!hasRabbitmq()) throw new Error(NO_RABBITMQ);
    const broker = await startBroker();
    const connection = await connect(broker.url, { noDelay: true });
    try {
      return await measure(broker.url, await connection.createConfirmChannel());
    } finally {
      await connection.close();
      await broker.stop();
    }
  },
};

interface Pace {
  /** Messages a second. */
  readonly rate: number;
  /** Of this process, ms a message. */
  readonly cpu: number;
}

/** amqplib alone goes before, between and after: what the machine can do changes from second to second. */
async function measure(url: string, channel: ConfirmChannel): Promise<readonly Measured[]> {
  await barePublish(channel, WARM_UP);
  const bare = [await barePublish(channel)];
  const out = await handOver(url, channel);
  bare.push(await barePublish(channel));
  const back = await submit(url, channel);
  bare.push(await barePublish(channel));
  const alone = meanOf(bare);
  const rate = { what: `amqplib alone, confirmed publishes with ${IN_FLIGHT} under way`, value: alone.rate };
  const cpu = { what: 'amqplib alone', value: alone.cpu };
  return [
    { what: 'RECEIVED until TAKEN', value: out.rate, unit: '/s', better: 'more', bare: rate, asked: 0.5 },
    { what: 'RECEIVED until TAKEN: CPU a message', value: out.cpu, unit: 'ms', better: 'less', bare: cpu },
    { what: 'in the queue until stored', value: back.rate, unit: '/s', better: 'more', bare: rate, asked: 0.5 },
    { what: 'in the queue until stored: CPU a message', value: back.cpu, unit: 'ms', better: 'less', bare: cpu },
  ];
}

function meanOf(paces: readonly Pace[]): Pace {
  const mean = (of: (pace: Pace) => number): number => paces.reduce((sum, pace) => sum + of(pace), 0) / paces.length;
  return { rate: mean(({ rate }) => rate), cpu: mean(({ cpu }) => cpu) };
}

async function barePublish(channel: ConfirmChannel, count = MESSAGES): Promise<Pace> {
  progress('amqplib alone');
  const queue = await quorumQueue(channel, 'bare');
  const pace = await paceOf(count, () => publishAll(channel, { exchange: '', key: queue, count, inFlight: IN_FLIGHT }));
  await channel.deleteQueue(queue);
  return pace;
}

async function handOver(url: string, channel: ConfirmChannel): Promise<Pace> {
  const bridge = await openBridge(url);
  try {
    const { settings, gateway, adapter, open, taken } = bridge;
    progress(`${ALL} messages received, and not handed over yet`);
    await receiveMany(gateway, ALL);
    await declareAll(channel, topology(settings));
    const queue = await quorumQueue(channel, `${settings.exchange}.app`, settings.exchange);
    await adapter.start();
    progress('they are handed over');
    open();
    const pace = await paceAfterWarmUp(taken);
    await channel.deleteQueue(queue);
    return pace;
  } finally {
    await bridge.close();
  }
}

async function submit(url: string, channel: ConfirmChannel): Promise<Pace> {
  const bridge = await openBridge(url);
  try {
    const { settings, gateway, adapter, open } = bridge;
    await declareAll(channel, topology(settings));
    progress(`${ALL} messages that applications published wait in the queue`);
    await publishAll(channel, { exchange: settings.exchange, key: 'send', count: ALL, inFlight: IN_FLIGHT });
    progress('they are taken from it');
    open();
    await adapter.start();
    return await paceAfterWarmUp(() => gateway.gateway.counters.submitted);
  } finally {
    await bridge.close();
  }
}

async function paceAfterWarmUp(done: () => number): Promise<Pace> {
  await until(() => done() >= WARM_UP);
  const already = done();
  return paceOf(ALL - already, () => until(() => done() === ALL));
}

async function paceOf(count: number, work: () => Promise<void>): Promise<Pace> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return { rate: (count * 1000) / ms, cpu: (user + system) / 1000 / count };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}
