import type { GatewayUser } from '../../src/index.ts';
import { SEND_KEY } from './routing-key.ts';
import type { AmqpSettings } from './settings.ts';

/** A queue that is read, and in whose name. */
export interface ReadSender {
  readonly queue: string;
  /** Routing key it is bound with, and its refused messages are published with. */
  readonly key: string;
  /** Its message_ids count by themselves. */
  readonly application: string;
  /** undefined: in nobody's name, and without limits. */
  readonly user: GatewayUser | undefined;
}

export function sendersOf({ sendQueue, senders }: Pick<AmqpSettings, 'sendQueue' | 'senders'>): readonly ReadSender[] {
  if (senders.length === 0) return [{ queue: sendQueue, key: SEND_KEY, application: 'amqp', user: undefined }];
  return senders.map(({ name, queue, parties, services, actions }) => {
    const unlimited = parties === undefined && services === undefined && actions === undefined;
    const owner = unlimited ? undefined : ({ directions: ['out'], parties, services, actions } as const);
    return { queue, key: `${SEND_KEY}.${name}`, application: `amqp:${name}`, user: { name, owner } };
  });
}
