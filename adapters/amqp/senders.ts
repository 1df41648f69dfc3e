import type { GatewayUser } from '../../src/index.ts';
import { CALL_KEY, SEND_KEY } from './routing-key.ts';
import type { AmqpSettings, Sender } from './settings.ts';

const APPLICATION = 'amqp';

/** A queue that is read, and in whose name. */
export interface ReadSender {
  readonly queue: string;
  /** Routing key it is bound with, and its refused messages are published with. */
  readonly key: string;
  /** Its message_ids count by themselves. */
  readonly application: string;
  readonly replyTo: Sender['replyTo'];
  /** undefined: in nobody's name, and without limits. */
  readonly user: GatewayUser | undefined;
}

/** Queues of questions to partners; none where there is no partner to ask. */
export function callersOf({ callQueue, senders }: Pick<AmqpSettings, 'callQueue' | 'senders'>): readonly ReadSender[] {
  if (callQueue === undefined) return [];
  const alone = { application: APPLICATION, replyTo: undefined };
  if (senders.length === 0) return [{ ...alone, queue: callQueue, key: CALL_KEY, user: undefined }];
  return senders.map((sender) => ({
    queue: `${callQueue}.${sender.name}`,
    key: `${CALL_KEY}.${sender.name}`,
    ...inItsName(sender),
  }));
}

export function sendersOf({ sendQueue, senders }: Pick<AmqpSettings, 'sendQueue' | 'senders'>): readonly ReadSender[] {
  const alone = { application: APPLICATION, replyTo: undefined };
  if (senders.length === 0) return [{ ...alone, queue: sendQueue, key: SEND_KEY, user: undefined }];
  return senders.map((sender) => ({
    queue: sender.queue,
    key: `${SEND_KEY}.${sender.name}`,
    ...inItsName(sender),
  }));
}

function inItsName({ name, parties, services, actions, replyTo }: Sender): Omit<ReadSender, 'queue' | 'key'> {
  const unlimited = parties === undefined && services === undefined && actions === undefined;
  const owner = unlimited ? undefined : ({ directions: ['out'], parties, services, actions } as const);
  return { application: `${APPLICATION}:${name}`, replyTo, user: { name, owner } };
}
