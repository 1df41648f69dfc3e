import type { ErrorCode } from '../errors.ts';
import type { MessagePurpose, PayloadRecord } from './message-records.ts';
import type { OutboundState } from './message-states.ts';
import type { NewEvent } from './store-events.ts';

export interface Claim {
  readonly jobs: readonly OutboxJob[];
  /**
   * When it is worth claiming again: the next row that was not claimed falls due, not before its lane has room or a
   * lease that was there before ends. Not after `now` when `limit` cut the claim short; undefined when there is none.
   */
  readonly nextDue: number | undefined;
}

export interface Lease {
  readonly outboxId: number;
  readonly fence: number;
  /** The store's key of the sent message; undefined for a signal. */
  readonly message?: number;
}

export interface OutboxJob {
  readonly lease: Lease;
  readonly endpoint: string;
  readonly lane: string;
  readonly envelope: Uint8Array;
  readonly payloads: readonly PayloadRecord[];
  readonly messageId: string;
  /** The attempt that this claim is for; the first is 1. */
  readonly attempt: number;
  /** Set for a message of the application; unset for a signal, which is sent once a claim. */
  readonly message: SentTerms | undefined;
}

export interface SentTerms extends MessagePurpose {
  readonly state: OutboundState;
  readonly timeToLive: number | undefined;
  readonly retries: number;
  readonly retryInterval: number;
  readonly reliable: boolean;
  readonly syncReply: boolean;
  readonly ackSigned: boolean;
}

export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly code: ErrorCode | undefined;
  readonly detail: string | undefined;
}

export type AfterAttempt =
  /** The row stays and falls due at `dueAt`; the message's state becomes `state` where given. */
  | { readonly kind: 'wait'; readonly dueAt: number; readonly state?: 'SENT' }
  /** The row goes; the message's state becomes `state` and the event is stored. */
  | { readonly kind: 'end'; readonly state: 'DELIVERED' | 'FAILED' | 'EXPIRED'; readonly event: NewEvent }
  /** The row goes; for signals. */
  | { readonly kind: 'done' };
