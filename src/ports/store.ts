import type { AuditSource } from './audit-source.ts';
import type { ConsultationLog } from './consultations.ts';
import type { CpaStore } from './cpa-store.ts';
import type { DeadLetters, EventCursors } from './event-cursors.ts';
import type { HandoverQueue } from './handover.ts';
import type {
  AcceptOutcome,
  InboundRecord,
  KnownInbound,
  Refusal,
  RefusalQuery,
  SignalRecord,
} from './inbound-records.ts';
import type { Direction, MessageState } from './message-states.ts';
import type { MessageDetail, MessageOwner, MessageQuery, MessageSummary, Page } from './message-views.ts';
import type { Cancellation, Conclusion, Idempotency, OutboundRecord, SubmitOutcome } from './outbound-records.ts';
import type { AfterAttempt, Attempt, Claim, Lease } from './outbox.ts';
import type { EventsAbout, NewEvent, StoredEvent } from './store-events.ts';

export type {
  Consultation,
  ConsultationContent,
  ConsultationEnd,
  ConsultationLog,
  ConsultationQuery,
  ConsultationResult,
} from './consultations.ts';
export type { CpaRecord, CpaStore } from './cpa-store.ts';
export type { DeadLetter, DeadLetterQuery, DeadLetters, EventCursors, EventFailure } from './event-cursors.ts';
export type {
  HandoverClaim,
  HandoverFailure,
  HandoverJob,
  EndedLease,
  HandoverLease,
  HandoverQueue,
  HandoverTerms,
  ReceivedHeader,
  WaitingHandovers,
} from './handover.ts';
export type {
  AcceptOutcome,
  InboundOrder,
  InboundRecord,
  KnownInbound,
  Refusal,
  RefusalQuery,
  SignalRecord,
} from './inbound-records.ts';
export type {
  MessagePurpose,
  MessageRecord,
  OrderPlace,
  PayloadRecord,
  ReplyTo,
  SealedRecord,
} from './message-records.ts';
export type { Direction, EventType, InboundState, MessageState, OutboundState } from './message-states.ts';
export type {
  HandoverState,
  MessageDetail,
  MessageOwner,
  MessageQuery,
  MessageSummary,
  Page,
  PartnerError,
} from './message-views.ts';
export type { Cancellation, Conclusion, Idempotency, OutboundRecord, SubmitOutcome } from './outbound-records.ts';
export type { AfterAttempt, Attempt, Claim, Lease, OutboxJob, SentTerms } from './outbox.ts';
export type { EventsAbout, EventValue, NewEvent, StoredEvent } from './store-events.ts';

/**
 * The memory of the gateway. Every method is one transaction that is on disk before its promise resolves; every one
 * throws STORE_UNAVAILABLE when that cannot be had. A message is known by direction, sender and MessageId.
 * Times are ms since 1970 UTC. @spec ebMS2 §6.1
 */
export interface Store extends AuditSource {
  /**
   * Duplicate test, message, payloads, answer, outbox row of an asynchronous answer and the event, in one transaction.
   * A duplicate (same sender, MessageId and identity) changes nothing but puts its stored asynchronous answer into the
   * outbox again. Another identity is a conflict and changes nothing.
   *
   * With `order` the event is stored only once the message may be handed over: it is held until every lower number of
   * its conversation (CPA, sender and ConversationId) is there. The message that closes a gap releases those that follow
   * it, in their order, in its own transaction. The first message held at a gap stores `message.held`.
   *
   * With a destination other than the inbox it waits in `handovers` from then on.
   */
  acceptInbound(message: InboundRecord, answer: SignalRecord | undefined, event: NewEvent): Promise<AcceptOutcome>;
  /** What is known of a received message with this sender and MessageId. */
  findInbound(sender: string, messageId: string): Promise<KnownInbound | undefined>;
  /**
   * Message, payloads, outbox row and idempotency key in one transaction. With `order` only when that is the next number
   * of the conversation; otherwise nothing is stored, and no number is used.
   */
  submitOutbound(message: OutboundRecord): Promise<SubmitOutcome>;
  /** What submitOutbound would answer for this key alone; undefined when it is new. */
  findSubmitted(idempotency: Idempotency): Promise<SubmitOutcome | undefined>;
  /**
   * Leases due outbox rows until `now + leaseMs`, oldest first, at most `perLane` rows of a lane that are leased at the
   * same time. A lease carries a fencing number: a later lease of the same row makes the earlier one void.
   */
  claimDue(claim: {
    readonly now: number;
    readonly leaseMs: number;
    readonly limit: number;
    readonly perLane: number;
  }): Promise<Claim>;
  /**
   * Notes an attempt (none was made when a message expired) and what follows from it. Answers false when the lease is
   * void: then nothing follows, and only where the message has ended meanwhile is its last attempt still noted.
   */
  recordAttempt(lease: Lease, attempt: Attempt | undefined, next: AfterAttempt): Promise<boolean>;
  /**
   * Ends an open sent message (QUEUED or SENT) by a signal of the partner; when it has ended already, only the signal
   * and the event `late` are stored.
   */
  concludeOutbound(conclusion: Conclusion): Promise<'concluded' | 'late' | 'unknown'>;
  /**
   * QUEUED or SENT → CANCELLED with its event. Nothing of it is left to send, and the lease of an attempt that is under
   * way becomes void.
   */
  cancelOutbound(cancellation: Cancellation): Promise<'cancelled' | 'ended' | 'unknown'>;
  /**
   * RECEIVED → TAKEN with its event. Taken before answers 'already'; one that waits for earlier ones 'held'; one with a
   * destination other than the inbox 'routed', and nothing changes. Throws MESSAGE_AMBIGUOUS when several senders used
   * the MessageId and none is named. The event names `application`.
   */
  takeInbound(messageId: string, now: number, sender?: string, application?: string): Promise<TakeOutcome>;
  /**
   * The newest, where a MessageId was both received and sent. Throws MESSAGE_AMBIGUOUS when several senders used it in
   * one direction and none is named. What is not of `owner` is not there.
   */
  findMessage(
    messageId: string,
    direction?: Direction,
    sender?: string,
    owner?: MessageOwner,
  ): Promise<MessageDetail | undefined>;
  /** Newest first; `next` is the cursor of the following page. */
  listMessages(query: MessageQuery): Promise<Page<MessageSummary>>;
  /** Events in the order they happened; `after` is exclusive. */
  listEvents(after: number, limit: number): Promise<readonly StoredEvent[]>;
  /** Events of one message, in the order they happened. Where senders used the same MessageId under one CPA, those of all. */
  listEventsAbout(about: EventsAbout): Promise<readonly StoredEvent[]>;
  /**
   * Of the next `limit` events those about messages of `owner`; `seen` is the sequence of the last that was looked at,
   * `more` whether there were `limit`.
   */
  listEventsOf(
    owner: MessageOwner,
    after: number,
    limit: number,
  ): Promise<{ readonly events: readonly StoredEvent[]; readonly seen: number; readonly more: boolean }>;
  /** Notes something that is no message: a refusal, an event without one, a MessageError that goes out by a request of its own. */
  note(entry: { readonly refusal?: Refusal; readonly event?: NewEvent; readonly signal?: SignalRecord }): Promise<void>;
  /** Newest first; `next` is the cursor of the following page. */
  listRefusals(query: RefusalQuery): Promise<Page<Refusal>>;
  /** Whether a payload file is referred to by any message. */
  refersTo(file: string): Promise<boolean>;
  /** Counts by state, for metrics and health. */
  stats(): Promise<StoreStats>;
  /** Writes what nobody reads: whether a message could be stored now. */
  probe(): Promise<void>;
  /** The contracts; kept beside the messages so that one backup holds both. */
  readonly cpas: CpaStore;
  /** Consultations of WUS, in the same transactions as all else. */
  readonly consultations: ConsultationLog;
  /** Received messages that wait for a destination. */
  readonly handovers: HandoverQueue;
  /** How far each subscriber of events has come. */
  readonly cursors: EventCursors;
  /** Events that a subscriber did not take. */
  readonly deadLetters: DeadLetters;
  close(): Promise<void>;
}

export type TakeOutcome = 'taken' | 'already' | 'held' | 'routed' | 'unknown';

export interface StoreStats {
  readonly states: Readonly<Partial<Record<MessageState, number>>>;
  readonly outboxDue: number;
  /** Time of the oldest open outbox row. */
  readonly oldestDue: number | undefined;
  /** Transactions since the store was opened that could change something; many operations share one under load. */
  readonly commits: number;
}
