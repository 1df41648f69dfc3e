import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type ConfirmChannel, type ConsumeMessage, connect, type GetMessage, type Options } from 'amqplib';
import { type AmqpSettings, createAmqpAdapter } from '../../adapters/amqp/amqp-adapter.ts';
import type { Clock } from '../../src/clock.ts';
import { GatewayError } from '../../src/errors.ts';
import type { AdapterHost } from '../../src/msh/adapter.ts';
import type { Gateway } from '../../src/msh/gateway.ts';
import type { Backend } from '../../src/ports/backend.ts';
import type { Log } from '../../src/ports/log.ts';
import { createEgress } from '../../src/transport/egress-client.ts';
import type { CallPartner } from '../../src/wus/application/call-partner.ts';
import { Backends } from '../../src/wus/backends.ts';
import { ACTION, gemeente, SERVICE } from './msh-contracts.ts';
import type { Broker } from './servers/rabbitmq.ts';

/** Settings with names that no other test has. */
export function amqpSettings(url: string, more: Partial<AmqpSettings> = {}): AmqpSettings {
  const name = `test-${randomUUID().slice(0, 8)}`;
  return {
    protocol: '0-9-1',
    url,
    tls: undefined,
    exchange: name,
    sendQueue: `${name}.send`,
    senders: [],
    receiveQueue: undefined,
    refused: `${name}.refused`,
    callQueue: undefined,
    answerQueue: undefined,
    prefetch: 512,
    inlineLimit: 1024 * 1024,
    maxDeliveries: 20,
    heartbeatSeconds: 30,
    events: false,
    apiUrl: undefined,
    ...more,
  };
}

/** A legacy application: knows its queues, and nothing of ebMS. */
export interface QueueApplication {
  readonly channel: ConfirmChannel;
  /** Binds a queue to the exchange of a gateway, and answers its name. */
  bind(settings: AmqpSettings, pattern: string, queue?: Options.AssertQueue): Promise<string>;
  /** Publishes what goes by the contract of the tests; confirmed by the broker. */
  send(settings: AmqpSettings, cpaId: string, body: Buffer, more?: Options.Publish): Promise<void>;
  /** The next message of a queue, taken off it; what comes with it stays there until it is asked for. */
  next(queue: string): Promise<ConsumeMessage>;
  /** What lies there now. */
  look(queue: string): Promise<GetMessage | undefined>;
  close(): Promise<void>;
}

export async function openQueueApplication(url: string): Promise<QueueApplication> {
  const connection = await connect(url, { noDelay: true });
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  const consumed = new Map<
    string,
    { readonly came: ConsumeMessage[]; readonly waiting: ((one: ConsumeMessage) => void)[] }
  >();
  return {
    channel,
    async bind({ exchange }, pattern, options = { arguments: { 'x-queue-type': 'quorum' } }) {
      const { queue } = await channel.assertQueue(`${exchange}.app-${randomUUID().slice(0, 8)}`, {
        durable: true,
        ...options,
      });
      await channel.bindQueue(queue, exchange, pattern);
      return queue;
    },
    async send({ exchange }, cpaId, body, more = {}) {
      const headers = { cpaId, fromPartyId: gemeente.oin, service: SERVICE, action: ACTION };
      channel.publish(exchange, 'send', body, {
        persistent: true,
        mandatory: true,
        messageId: randomUUID(),
        contentType: 'application/xml',
        ...more,
        headers: { ...headers, ...more.headers },
      });
      await channel.waitForConfirms();
    },
    async next(queue) {
      let at = consumed.get(queue);
      if (at === undefined) {
        at = { came: [], waiting: [] };
        consumed.set(queue, at);
        const { came, waiting } = at;
        await channel.consume(queue, (message) => {
          if (message === null) return;
          const taker = waiting.shift();
          if (taker === undefined) came.push(message);
          else taker(message);
        });
      }
      const { came, waiting } = at;
      const message = came.shift() ?? (await new Promise<ConsumeMessage>((resolve) => waiting.push(resolve)));
      channel.ack(message);
      return message;
    },
    async look(queue) {
      const found = await channel.get(queue, { noAck: true });
      return found === false ? undefined : found;
    },
    close: () => connection.close().catch(() => undefined),
  };
}

/** What an adapter logs each time that it has its broker. */
export const CONNECTED = 'connected to the broker';

/**
 * Stops the broker and starts it again; answers the application, connected anew, once the adapter is too. RabbitMQ 3.10 may
 * forget a queue that was declared right before it was killed: those that are there now have seen a clean stop.
 */
export async function restartBroker(
  broker: Broker,
  application: QueueApplication,
  { logged, untilLogged }: Pick<PreparedAdapter, 'logged' | 'untilLogged'>,
): Promise<QueueApplication> {
  const before = logged.filter((line) => line === CONNECTED).length;
  await application.close();
  await broker.stop();
  await broker.start();
  const again = await openQueueApplication(broker.url);
  await untilLogged(CONNECTED, before + 1);
  return again;
}

/** Of a gateway without WUS. */
const noCall: CallPartner = () => Promise.reject(new GatewayError('NOT_FOUND'));
export const NO_WUS: AskedWus = { callPartner: noCall, usedBy: () => assert.fail('there is no WUS') };

/** What the adapter asks of WUS. */
export type AskedWus = Parameters<typeof createAmqpAdapter>[2];
const NO_BACKEND: Backend = { call: () => Promise.reject(new GatewayError('BACKEND_UNREACHABLE')) };

/** An adapter that is opened with its gateway and started when the test says so. */
export interface PreparedAdapter {
  readonly prepare: (gateway: Gateway) => void;
  readonly adapter: ReturnType<typeof createAmqpAdapter>;
  readonly logged: readonly string[];
  /** Once this line was logged so often. */
  readonly untilLogged: (line: string, times?: number) => Promise<void>;
  /** What it serves. */
  readonly backend: Backend;
}

export function prepareAdapter(settings: AmqpSettings, clock: Clock, wus = NO_WUS): PreparedAdapter {
  const logged: string[] = [];
  const backends = new Backends(NO_BACKEND);
  const waiting = new Set<() => void>();
  const add = (_fields: object, message: string): void => {
    logged.push(message);
    for (const look of waiting) look();
  };
  const log: Log = { debug: add, info: add, warn: add, error: add };
  let opened: ReturnType<typeof createAmqpAdapter> | undefined;
  return {
    prepare: (gateway) => {
      opened = createAmqpAdapter({ ...adapterHost(gateway, clock, log), backends }, settings, wus);
    },
    get adapter() {
      if (opened === undefined) throw new Error('the gateway is not open yet');
      return opened;
    },
    logged,
    untilLogged: (line, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (logged.filter((one) => one === line).length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    backend: backends,
  };
}

export function adapterHost(gateway: Gateway, clock: Clock, log: Log): AdapterHost {
  return {
    gateway,
    clock,
    log,
    random: Math.random,
    source: 'urn:nld:oin:00000099000000001000:systeem:postiljon',
    apiUrl: () => 'http://127.0.0.1:8080/api/v1',
    egress: createEgress,
    backends: new Backends(NO_BACKEND),
  };
}
