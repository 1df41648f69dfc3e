import type { ConfirmChannel } from 'amqplib';
import { ANSWER_KEY } from '../routing-key.ts';
import { callersOf, sendersOf } from '../senders.ts';
import type { AmqpSettings } from '../settings.ts';

type Names = Pick<AmqpSettings, 'exchange' | 'sendQueue' | 'senders' | 'callQueue' | 'refused' | 'answerQueue'>;

/** Queues of ours survive a broker, and with several of them the loss of one. */
const QUORUM = { 'x-queue-type': 'quorum' };

/**
 * The gateway refuses a message that was handed out too often long before the broker does; what the broker gives up goes the
 * same way, and is not lost on it: at-least-once, which asks for reject-publish.
 */
const DELIVERY_LIMIT = 1000;

/** Nobody waits longer: see `timeoutSeconds` of a backend. */
const LONGEST_ANSWER_MS = 3_600_000;

/** One thing that must stand at the broker. */
export interface Part {
  readonly what: string;
  readonly declare: (channel: ConfirmChannel) => Promise<unknown>;
}

/**
 * What the adapter declares, in this order. The broker refuses a declaration that differs from what stands there already and
 * closes the channel with it: nothing is ever changed or removed.
 */
export function topology({ exchange, refused, answerQueue, ...names }: Names): readonly Part[] {
  return [
    declared(`exchange ${exchange}`, (channel) => channel.assertExchange(exchange, 'topic', { durable: true })),
    declared(`exchange ${refused}`, (channel) => channel.assertExchange(refused, 'topic', { durable: true })),
    declared(`queue ${refused}`, (channel) => channel.assertQueue(refused, { durable: true, arguments: QUORUM })),
    declared(`binding of queue ${refused}`, (channel) => channel.bindQueue(refused, refused, '#')),
    ...[...sendersOf(names), ...callersOf(names)].flatMap(({ queue, key }) => [
      declared(`queue ${queue}`, (channel) =>
        channel.assertQueue(queue, { durable: true, arguments: sendArguments(refused) }),
      ),
      declared(`binding of queue ${queue}`, (channel) => channel.bindQueue(queue, exchange, key)),
    ]),
    ...(answerQueue === undefined
      ? []
      : [
          declared(`queue ${answerQueue}`, (channel) =>
            channel.assertQueue(answerQueue, { durable: true, arguments: answerArguments(refused) }),
          ),
        ]),
  ];
}

function declared(what: string, declare: Part['declare']): Part {
  return { what, declare };
}

/**
 * It outlives a connection that is lost, so that an answer finds who still waits; and not for long the process that reads it. What
 * lies there by then goes where an operator looks.
 */
function answerArguments(refused: string): Readonly<Record<string, string | number>> {
  return {
    ...QUORUM,
    'x-message-ttl': LONGEST_ANSWER_MS,
    'x-expires': 2 * LONGEST_ANSWER_MS,
    'x-dead-letter-exchange': refused,
    'x-dead-letter-routing-key': ANSWER_KEY,
  };
}

function sendArguments(refused: string): Readonly<Record<string, string | number>> {
  return {
    ...QUORUM,
    'x-delivery-limit': DELIVERY_LIMIT,
    'x-overflow': 'reject-publish',
    'x-dead-letter-exchange': refused,
    'x-dead-letter-strategy': 'at-least-once',
  };
}
