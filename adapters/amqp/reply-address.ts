import { GatewayError } from '../../src/index.ts';
import { callersOf, sendersOf } from './senders.ts';
import type { AmqpSettings, Sender } from './settings.ts';
import type { BrokerMessage } from './transport.ts';

/** Of what is handed over by queue, in whichever way. */
export const DESTINATION = 'amqp';

/** Where an application wants its answer, and by what it knows it again. */
export interface ReplyAddress {
  readonly replyTo: string;
  readonly correlationId: string | undefined;
}

/** Of the broker, for one connection: nobody else can know it. */
const DIRECT = 'amq.rabbitmq.reply-to.';

/**
 * `correlation_id`, and where there is none the id of the message itself. `allowed`: as in `Sender.replyTo`. Throws REQUEST_INVALID,
 * NOT_ALLOWED.
 */
export function replyAddressOf(
  { properties: { replyTo, correlationId, messageId } }: BrokerMessage,
  settings: AmqpSettings,
  allowed: Sender['replyTo'],
): ReplyAddress {
  if (replyTo === undefined || replyTo === '')
    throw invalid('the property reply_to is missing: it names the queue that the answer goes to');
  if (isOurs(replyTo, settings)) throw invalid(`${replyTo} is a queue of the gateway: name one of your own`);
  if (allowed?.some((pattern) => fits(replyTo, pattern)) === false && !replyTo.startsWith(DIRECT))
    throw new GatewayError('NOT_ALLOWED', { location: 'reply_to', detail: `${replyTo} is none of its queues` });
  return { replyTo, correlationId: correlationId === '' ? messageId : (correlationId ?? messageId) };
}

function fits(queue: string, pattern: string): boolean {
  return pattern.endsWith('*') ? queue.startsWith(pattern.slice(0, -1)) : queue === pattern;
}

function invalid(detail: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', { location: 'reply_to', detail });
}

/** What lies there counts as of an application, or as an answer of one. */
function isOurs(queue: string, settings: AmqpSettings): boolean {
  const read = [...sendersOf(settings), ...callersOf(settings)].map((one) => one.queue);
  return (
    [...read, settings.refused, settings.answerQueue].includes(queue) ||
    queue.startsWith(`${settings.exchange}.answers.`)
  );
}
