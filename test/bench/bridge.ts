import { randomBytes, randomUUID } from 'node:crypto';
import type { ConfirmChannel } from 'amqplib';
import type { AmqpSettings } from '../../adapters/amqp/amqp-adapter.ts';
import { systemClock } from '../../src/clock.ts';
import type { Gateway } from '../../src/msh/gateway.ts';
import type { InboundRecord, Store } from '../../src/ports/store.ts';
import { amqpSettings, type PreparedAdapter, prepareAdapter } from '../setup/amqp-place.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from '../setup/msh-contracts.ts';
import { hangingLine, openPartyGateway, Routes } from '../setup/msh-pair.ts';
import type { TestGateway } from '../setup/test-gateway.ts';

export const SIZE = 2048;
/** Octets of an envelope of ebMS2 with one payload. */
const ENVELOPE = 2300;
const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
const CPA = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(CPA);

/** A gateway that speaks for one party, and its adapter. Nothing is signed, so that the bridge is what takes time. */
export interface Bridge {
  readonly settings: AmqpSettings;
  readonly gateway: TestGateway;
  readonly adapter: PreparedAdapter['adapter'];
  /** Until then nothing is handed over. */
  readonly open: () => void;
  /** So many messages were handed over, and the store has noted it. */
  readonly taken: () => number;
  close(): Promise<void>;
}

/** The partner takes every request and never answers: what is sent stays on its way. */
export async function openBridge(url: string): Promise<Bridge> {
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
  const line = hangingLine();
  routes.bend(dienst.endpoint, line.way);
  let taken = 0;
  const gateway = await openPartyGateway(gemeente, {
    cpas: [CPA],
    clock: systemClock,
    transport: routes.transport(),
    routes: [{ destination: 'amqp' }],
    prepare,
    store: (store) =>
      countTaken(store, (more) => {
        taken += more;
      }),
  });
  return {
    settings,
    gateway,
    get adapter() {
      return prepared.adapter;
    },
    open,
    taken: () => taken,
    async close() {
      await prepared.adapter.drain();
      await gateway.gateway.handovers.stop();
      await prepared.adapter.stop();
      line.release();
      await gateway.close();
    },
  };
}

function countTaken(store: Store, count: (more: number) => void): Store {
  const { handovers } = store;
  const confirm: typeof handovers.confirm = async (...args) => {
    const held = await handovers.confirm(...args);
    count(held.filter((one) => one).length);
    return held;
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'handovers') return { ...handovers, confirm };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Messages as the gateway stores them when it receives them, routed to the broker. */
export async function receiveMany({ store }: TestGateway, count: number): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const message = received();
      const { messageId, cpaId, storedAt: at } = message;
      const answer = { messageId: `${randomUUID()}@us.example`, envelope: randomBytes(ENVELOPE), send: undefined };
      await store.acceptInbound(message, answer, {
        type: 'message.received',
        at,
        messageId,
        direction: 'in',
        cpaId,
        data: {},
      });
    }
  };
  await Promise.all(Array.from({ length: 256 }, one));
}

function received(): InboundRecord {
  const now = Date.now();
  return {
    messageId: `${randomUUID()}@partner.example`,
    cpaId: CPA_ID,
    fromPartyId: dienst.key,
    fromRole: 'Leverancier',
    toPartyId: gemeente.key,
    toRole: 'Afnemer',
    service: SERVICE,
    action: ACTION,
    conversationId: randomUUID(),
    refToMessageId: undefined,
    timestamp: now,
    timeToLive: undefined,
    storedAt: now,
    envelope: randomBytes(ENVELOPE),
    payloads: [
      {
        contentId: `${randomUUID()}@partner.example`,
        contentType: 'application/xml',
        name: undefined,
        size: SIZE,
        sha256: randomBytes(32).toString('hex'),
        body: { inline: randomBytes(SIZE) },
      },
    ],
    identity: randomBytes(32).toString('hex'),
    persistUntil: now + 86_400_000,
    order: undefined,
    destination: 'amqp',
  };
}

/** A quorum queue under that name; bound where an exchange is named. */
export async function quorumQueue(channel: ConfirmChannel, name: string, exchange?: string): Promise<string> {
  const { queue } = await channel.assertQueue(name, QUORUM);
  if (exchange !== undefined) await channel.bindQueue(queue, exchange, 'received.#');
  return queue;
}

export interface Publishing {
  readonly exchange: string;
  readonly key: string;
  readonly count: number;
  /** Under way at the same time. */
  readonly inFlight: number;
}

/** Confirmed publishes of what an application sends, by amqplib alone; resolves with the last confirm. */
export async function publishAll(channel: ConfirmChannel, publishing: Publishing): Promise<void> {
  const { exchange, key, count, inFlight } = publishing;
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
  await Promise.all(Array.from({ length: inFlight }, one));
}
