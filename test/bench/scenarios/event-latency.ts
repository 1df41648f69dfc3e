import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConfirmChannel, connect } from 'amqplib';
import { Agent, request } from 'undici';
import { createAmqpAdapter } from '../../../adapters/amqp/amqp-adapter.ts';
import { createWebhooks, type Webhook } from '../../../adapters/webhook/webhooks.ts';
import { systemClock } from '../../../src/clock.ts';
import { newId } from '../../../src/ids.ts';
import type { Adapter } from '../../../src/msh/adapter.ts';
import type { Store } from '../../../src/ports/store.ts';
import { adapterHost, amqpSettings, NO_WUS } from '../../setup/amqp-place.ts';
import { contract, cpaIdOf, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { openPartyGateway, Routes, submitTo } from '../../setup/msh-pair.ts';
import { hasRabbitmq, NO_RABBITMQ, startBroker } from '../../setup/servers/rabbitmq.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';
import { arrivalName, consume, EVENT, MESSAGE, openHook } from '../applications.ts';
import { Arrivals } from '../arrivals.ts';
import { quorumQueue } from '../bridge.ts';
import { percentile } from '../measure.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';

const SAMPLES = 400;
const WARM_UP = 100;
const SIZE = 2048;
/** Between two messages: by then everything of the one before is done. */
const IDLE_MS = 20;
const ASKED_MS = 50;

const CPA = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(CPA);
const quiet = (): void => undefined;
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** One message at a time, from the moment that it is accepted (its receipt is on disk) until an application has it. */
export const eventLatency: Scenario = {
  name: 'event-latency',
  what: 'an idle gateway: from the commit of the receipt until a queue and a webhook have message and event, one at a time',
  async run() {
    if (!hasRabbitmq()) throw new Error(NO_RABBITMQ);
    const broker = await startBroker();
    const connection = await connect(broker.url, { noDelay: true });
    const arrivals = new Arrivals();
    const hook = await openHook(arrivals);
    try {
      const place = { url: broker.url, hook: hook.url, channel: await connection.createConfirmChannel(), arrivals };
      return await measure(place);
    } finally {
      await hook.close();
      await connection.close();
      await broker.stop();
    }
  },
};

interface Place {
  /** Of the broker, and of the webhook. */
  readonly url: string;
  readonly hook: string;
  readonly channel: ConfirmChannel;
  readonly arrivals: Arrivals;
}

/** ms, by what came where. */
type Latencies = Map<string, number[]>;

async function measure(place: Place): Promise<readonly Measured[]> {
  const latencies: Latencies = new Map();
  const destinations = [
    ['queue', 'amqp'],
    ['webhook', 'webhook:bench'],
  ] as const;
  for (const [application, destination] of destinations)
    await withGateways(place, destination, (sender) => deliverOneByOne(sender, { ...place, application, latencies }));
  const rows = [...latencies].flatMap(([what, all]) => rowsOf(what, all, ASKED_MS));
  return [
    ...rows,
    ...rowsOf('amqplib alone, published until consumed', await bareQueue(place)),
    ...rowsOf('HTTP alone, posted until received', await bareHook(place)),
  ];
}

function rowsOf(what: string, latencies: readonly number[], asked?: number): readonly Measured[] {
  const sorted = latencies.toSorted((a, b) => a - b);
  return [
    { what: `${what}: p50`, value: percentile(sorted, 0.5), unit: 'ms', better: 'less' },
    {
      what: `${what}: p99`,
      value: percentile(sorted, 0.99),
      unit: 'ms',
      better: 'less',
      ...(asked === undefined ? {} : { asked }),
    },
  ];
}

/** Sender and receiver, each with a store of its own; the receiver routes all to one destination, and tells both of events. */
async function withGateways(
  { url, hook, channel, arrivals }: Place,
  destination: string,
  work: (sender: TestGateway) => Promise<void>,
): Promise<void> {
  const settings = amqpSettings(url, { events: true });
  const routes = new Routes();
  const adapters: Adapter[] = [];
  const receiver = await openPartyGateway(dienst, {
    cpas: [CPA],
    clock: systemClock,
    transport: routes.transport(),
    routes: [{ destination }],
    store: (store) => noteAccepted(store, arrivals),
    prepare(gateway) {
      const host = adapterHost(gateway, systemClock, LOG);
      adapters.push(createAmqpAdapter(host, settings, NO_WUS), createWebhooks([webhook(hook)], host));
    },
  });
  const sender = await openPartyGateway(gemeente, { cpas: [CPA], clock: systemClock, transport: routes.transport() });
  routes.lead(dienst.endpoint, receiver.url);
  routes.lead(gemeente.endpoint, sender.url);
  try {
    for (const adapter of adapters) await adapter.start();
    const queue = await quorumQueue(channel, `${settings.exchange}.app`);
    for (const pattern of ['received.#', 'event.message.received'])
      await channel.bindQueue(queue, settings.exchange, pattern);
    await consume(channel, queue, arrivals);
    await work(sender);
  } finally {
    for (const adapter of adapters) await adapter.drain?.();
    await receiver.gateway.handovers.stop();
    for (const adapter of adapters) await adapter.stop();
    await Promise.all([sender.close(), receiver.close()]);
  }
}

const ACCEPTED = 'accepted';

/** The moment at which the gateway knows that message and receipt are on disk; nobody was told of it yet. */
function noteAccepted(store: Store, arrivals: Arrivals): Store {
  const acceptInbound: Store['acceptInbound'] = async (message, ...others) => {
    const outcome = await store.acceptInbound(message, ...others);
    arrivals.note(`${ACCEPTED} ${message.messageId}`);
    return outcome;
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'acceptInbound') return acceptInbound;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function webhook(url: string): Webhook {
  return {
    name: 'bench',
    url,
    secret: 'a secret of more than thirty-two octets',
    mode: 'binary',
    events: ['message.received'],
    inlineLimit: 2 * SIZE,
    timeoutSeconds: 10,
    deadAfterHours: 1,
    handshake: false,
    origin: 'postiljon.bench',
    networks: [],
    allowPlain: false,
    ca: undefined,
  };
}

async function deliverOneByOne(
  sender: TestGateway,
  { arrivals, application, latencies }: Place & { readonly application: string; readonly latencies: Latencies },
): Promise<void> {
  progress(`${SAMPLES} messages for the ${application}, one after the other`);
  for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
    const { messageId } = await submitTo(sender, { cpaId: CPA_ID, payloads: [randomBytes(SIZE)] });
    const accepted = await arrivals.of(`${ACCEPTED} ${messageId}`);
    const awaited = [
      [`message to the ${application}`, arrivalName(MESSAGE, application, messageId)],
      ['event to the queue', arrivalName(EVENT, 'queue', messageId)],
      ['event to the webhook', arrivalName(EVENT, 'webhook', messageId)],
    ] as const;
    for (const [what, name] of awaited) {
      const ms = (await arrivals.of(name)) - accepted;
      if (sample >= 0) latencies.set(what, [...(latencies.get(what) ?? []), ms]);
    }
    await sleep(IDLE_MS);
  }
}

async function bareQueue({ channel, arrivals }: Place): Promise<readonly number[]> {
  progress('amqplib alone');
  const queue = await quorumQueue(channel, 'bare-latency');
  await consume(channel, queue, arrivals);
  return oneByOne(arrivals, 'queue', async (messageId) => {
    channel.publish('', queue, randomBytes(SIZE), { messageId, persistent: true });
  });
}

async function bareHook({ hook, arrivals }: Place): Promise<readonly number[]> {
  progress('HTTP alone');
  const dispatcher = new Agent({ connections: 1 });
  try {
    return await oneByOne(arrivals, 'webhook', async (messageId) => {
      const headers = { 'ce-type': 'bare', 'ce-subject': messageId };
      const { body } = await request(hook, { method: 'POST', headers, body: randomBytes(SIZE), dispatcher });
      await body.dump();
    });
  } finally {
    await dispatcher.close();
  }
}

async function oneByOne(
  arrivals: Arrivals,
  application: string,
  send: (messageId: string) => Promise<void>,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
    const messageId = newId();
    const started = performance.now();
    await send(messageId);
    const ms = (await arrivals.of(arrivalName(MESSAGE, application, messageId))) - started;
    if (sample >= 0) latencies.push(ms);
    await sleep(IDLE_MS);
  }
  return latencies;
}
