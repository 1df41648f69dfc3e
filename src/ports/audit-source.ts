import type { Direction, EventType, MessageState } from './message-states.ts';
import type { PayloadBody } from './payload-store.ts';

/**
 * What the conservation check reads. Each call sees one state of the store; between two of them it may move on. No call
 * changes anything or delays a message.
 */
export interface AuditSource {
  auditTotals(query: { readonly damage: boolean }): Promise<AuditTotals>;
  /** Messages in the order they were stored, from behind `after` up to and with `last`. */
  auditMessages(query: AuditQuery): Promise<readonly AuditedMessage[]>;
  /** Of `limit` events from behind `after` up to and with `last`: those whose message is not there. */
  auditEvents(query: Omit<AuditQuery, 'digests'>): Promise<AuditedEvents>;
}

export interface AuditQuery {
  readonly after: number;
  readonly last: number;
  readonly limit: number;
  /** Whether envelopes are read, and the digests of payloads that the store itself holds are taken. */
  readonly digests: boolean;
}

export interface AuditTotals {
  /** Messages by state, one by one. */
  readonly counted: Readonly<Partial<Record<MessageState, number>>>;
  /** The same as the store keeps it for metrics. */
  readonly kept: Readonly<Partial<Record<MessageState, number>>>;
  /** Keys of outbox rows that lead to nothing that could be sent; some of them. */
  readonly strayOutbox: readonly number[];
  /** What the store says of its own damage; empty when it was not asked. */
  readonly damage: readonly string[];
  /** Key of the newest message; 0 when there is none. */
  readonly last: number;
  /** Key of the newest event; 0 when there is none. */
  readonly lastEvent: number;
}

export interface AuditedEvents {
  /** For `after`; undefined: that was the last. */
  readonly next: number | undefined;
  /** One a message: that it was received, or that it ended. */
  readonly orphans: readonly OrphanedEvent[];
}

export interface OrphanedEvent {
  readonly type: EventType;
  /** ms since 1970. */
  readonly at: number;
  readonly direction: Direction;
  readonly messageId: string;
}

export interface AuditedMessage {
  /** For `after`. */
  readonly key: number;
  readonly direction: Direction;
  readonly messageId: string;
  readonly sender: string;
  readonly cpaId: string;
  readonly state: MessageState;
  readonly hasEnvelope: boolean;
  /** Its octets, where they were asked. */
  readonly envelope: Uint8Array | undefined;
  /** A sent message that only an Acknowledgment makes DELIVERED. */
  readonly reliable: boolean;
  /** A signal about it is stored: of the partner, or our own. */
  readonly hasSignal: boolean;
  readonly outboxRows: number;
  /** Who gets a received message. */
  readonly destination: string;
  /** It waits for a destination other than the inbox. */
  readonly waits: boolean;
  /** Final events of sent messages with this MessageId. */
  readonly ends: readonly EventType[];
  /** Final states of sent messages with this MessageId, whoever sent them: there are as many as there must be `ends`. */
  readonly ended: readonly MessageState[];
  readonly payloads: readonly AuditedPayload[];
}

export interface AuditedPayload {
  /** 1 is the first. */
  readonly number: number;
  readonly size: number;
  readonly sha256: string;
  /** What the store itself holds; `sha256` where it was asked. A file is for the payload store to look at. */
  readonly body:
    | Extract<PayloadBody, { file: string }>
    | { readonly size: number; readonly sha256: string | undefined };
}
