import type { MessageRecord, OrderPlace, ReplyTo } from './message-records.ts';
import type { OutboundState } from './message-states.ts';
import type { Attempt, Lease } from './outbox.ts';
import type { NewEvent } from './store-events.ts';

export interface OutboundRecord extends MessageRecord {
  readonly endpoint: string;
  /** One queue per partner: a slow one delays nobody else. */
  readonly lane: string;
  /** Set: the outbox row is leased from the start, until then, to who submits. */
  readonly leaseUntil?: number;
  readonly retries: number;
  readonly retryInterval: number;
  readonly reliable: boolean;
  /** Whether the answer is expected in the HTTP response. */
  readonly syncReply: boolean;
  readonly ackSigned: boolean;
  readonly idempotency: Idempotency | undefined;
  /** Set for a message that is sent once more under a new MessageId: the old one, and the event that says so. */
  readonly resend?: { readonly of: string; readonly event: NewEvent };
  readonly order: OrderPlace | undefined;
  readonly replyTo?: ReplyTo;
  /** The envelope of the attempt that is the HTTP answer to a request: the same message with the receipt of the request. */
  readonly bundle?: Uint8Array;
}

export interface Idempotency {
  readonly key: string;
  readonly application: string;
  readonly digest: string;
}

export type SubmitOutcome =
  /** `lease` is that of the outbox row, where `leaseUntil` asked for one. */
  | { readonly kind: 'submitted'; readonly lease?: Lease }
  /** The same Idempotency-Key with the same body: the message of then. */
  | { readonly kind: 'repeated'; readonly messageId: string; readonly state: OutboundState }
  | { readonly kind: 'idempotency-conflict' }
  | { readonly kind: 'message-exists' }
  /** `next` is the place to take. */
  | { readonly kind: 'order-conflict'; readonly next: OrderPlace };

export interface Conclusion {
  readonly messageId: string;
  /** Who sent the message that is concluded. */
  readonly sender: string;
  readonly state: 'DELIVERED' | 'FAILED';
  readonly signal: { readonly messageId: string; readonly envelope: Uint8Array; readonly receivedAt: number };
  readonly event: NewEvent;
  readonly late: NewEvent;
  /** The attempt whose HTTP answer carried the signal: noted with it, because its outbox row goes. */
  readonly attempt?: Attempt;
}

export interface Cancellation {
  readonly messageId: string;
  /** Who sent the message that is cancelled. */
  readonly sender: string;
  readonly event: NewEvent;
}
