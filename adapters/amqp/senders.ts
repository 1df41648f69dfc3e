import type { GatewayUser } from '../../src/index.ts';
import { CALL_KEY, SEND_KEY } from './routing-key.ts';
import type { AmqpSettings } from './settings.ts';

const APPLICATION = 'amqp';

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

/** A queue of questions to partners, and whose they are. */
export interface ReadCaller extends Pick<ReadSender, 'queue' | 'key' | 'application'> {
  /** Names of the services of WUS that it may ask; undefined: all. */
  readonly services: readonly string[] | undefined;
}

/** None where there is no partner to ask. */
export function callersOf({ callQueue, senders }: Pick<AmqpSettings, 'callQueue' | 'senders'>): readonly ReadCaller[] {
  if (callQueue === undefined) return [];
  if (senders.length === 0) return [{ queue: callQueue, key: CALL_KEY, application: APPLICATION, services: undefined }];
  return senders.map(({ name, services }) => ({
    queue: `${callQueue}.${name}`,
    key: `${CALL_KEY}.${name}`,
    application: `${APPLICATION}:${name}`,
    services,
  }));
}

export function sendersOf({ sendQueue, senders }: Pick<AmqpSettings, 'sendQueue' | 'senders'>): readonly ReadSender[] {
  if (senders.length === 0) return [{ queue: sendQueue, key: SEND_KEY, application: APPLICATION, user: undefined }];
  return senders.map(({ name, queue, parties, services, actions }) => {
    const unlimited = parties === undefined && services === undefined && actions === undefined;
    const owner = unlimited ? undefined : ({ directions: ['out'], parties, services, actions } as const);
    return { queue, key: `${SEND_KEY}.${name}`, application: `${APPLICATION}:${name}`, user: { name, owner } };
  });
}
