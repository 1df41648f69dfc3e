import type { ErrorCode } from '../errors.ts';
import type { AuditSource } from './audit-source.ts';
import type { Direction, EventType, InboundState, MessageState, OutboundState } from './message-states.ts';
import type { PayloadBody } from './payload-store.ts';

export type { Direction, EventType, InboundState, MessageState, OutboundState } from './message-states.ts';

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
   * RECEIVED → TAKEN with its event. Taken before answers 'already'; one that waits for earlier ones 'held'. Throws
   * MESSAGE_AMBIGUOUS when several senders used the MessageId and none is named.
   */
  takeInbound(messageId: string, now: number, sender?: string): Promise<'taken' | 'already' | 'held' | 'unknown'>;
  /**
   * The newest, where a MessageId was both received and sent. Throws MESSAGE_AMBIGUOUS when several senders used it in
   * one direction and none is named.
   */
  findMessage(messageId: string, direction?: Direction, sender?: string): Promise<MessageDetail | undefined>;
  /** Newest first; `next` is the cursor of the following page. */
  listMessages(query: MessageQuery): Promise<Page<MessageSummary>>;
  /** Events in the order they happened; `after` is exclusive. */
  listEvents(after: number, limit: number): Promise<readonly StoredEvent[]>;
  /** Notes something that is no message: a refusal, an event without one, a MessageError that goes out by a request of its own. */
  note(entry: { readonly refusal?: Refusal; readonly event?: NewEvent; readonly signal?: SignalRecord }): Promise<void>;
  listRefusals(query: { readonly cursor?: string; readonly limit: number }): Promise<Page<Refusal>>;
  /** Whether a payload file is referred to by any message. */
  refersTo(file: string): Promise<boolean>;
  /** Counts by state, for metrics and health. */
  stats(): Promise<StoreStats>;
  /** The contracts; kept beside the messages so that one backup holds both. */
  readonly cpas: CpaStore;
  close(): Promise<void>;
}

export interface CpaStore {
  /** Throws CPA_EXISTS when other bytes are stored under the id. The same bytes again change nothing but `active`. */
  save(record: CpaRecord): Promise<void>;
  setActive(cpaId: string, active: boolean): Promise<boolean>;
  /** Throws CPA_IN_USE while sent messages under it are open. False: there is none. */
  remove(cpaId: string): Promise<boolean>;
  list(): Promise<readonly CpaRecord[]>;
}

export interface CpaRecord {
  readonly cpaId: string;
  readonly bytes: Uint8Array;
  readonly active: boolean;
  readonly importedAt: number;
}

/** What messages in both directions have in common. Parties and service in the form `type:value`. */
export interface MessageRecord {
  readonly messageId: string;
  readonly cpaId: string;
  readonly fromPartyId: string;
  readonly fromRole: string | undefined;
  readonly toPartyId: string;
  readonly toRole: string | undefined;
  readonly service: string;
  readonly action: string;
  readonly conversationId: string;
  readonly refToMessageId: string | undefined;
  /** MessageData/Timestamp. */
  readonly timestamp: number;
  readonly timeToLive: number | undefined;
  /** When this gateway stored it. */
  readonly storedAt: number;
  /** The SOAP envelope's octets, as received or as sent. */
  readonly envelope: Uint8Array;
  readonly payloads: readonly PayloadRecord[];
}

export interface PayloadRecord {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  readonly body: PayloadBody;
  /** Set for a sent payload that travels encrypted: what makes the same cipher text at each attempt. */
  readonly sealed?: SealedRecord;
}

/** A `SealedPart` as it is kept. `key` is as secret as the payload. */
export interface SealedRecord {
  readonly algorithm: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

export interface InboundRecord extends MessageRecord {
  /** Hex digest over envelope and parts: equal for a repeat, whatever MIME did. See `msh/identity.ts`. */
  readonly identity: string;
  /** Forget the MessageId not before this time. */
  readonly persistUntil: number | undefined;
  /** Its place in the conversation; undefined: handed over as it comes. */
  readonly order: InboundOrder | undefined;
}

/** MessageOrder of a message. After 99999999 comes 0. @spec ebMS2 §9.1.1 */
export interface OrderPlace {
  readonly number: number;
  /** Begins the numbering, at 0. */
  readonly reset: boolean;
}

export interface InboundOrder extends OrderPlace {
  /** So many messages of the conversation may wait for earlier ones. */
  readonly maxHeld: number;
}

/** The answer to a received message: an Acknowledgment, kept byte for byte. */
export interface SignalRecord {
  readonly messageId: string;
  readonly envelope: Uint8Array;
  /** Set: the answer goes out by a request of its own, to this endpoint and lane. Unset: in the HTTP answer. */
  readonly send: { readonly endpoint: string; readonly lane: string } | undefined;
}

export type AcceptOutcome =
  | { readonly kind: 'accepted' }
  /** Stored, but it waits for the message with the number `expected`. */
  | { readonly kind: 'held'; readonly expected: number }
  | { readonly kind: 'duplicate'; readonly answer: SignalRecord | undefined }
  | { readonly kind: 'conflict' }
  /** Nothing is stored. `used`: another message has this number; `full`: too many are held already. */
  | { readonly kind: 'out-of-order'; readonly why: 'used' | 'full'; readonly expected: number };

export interface KnownInbound {
  readonly identity: string;
  readonly cpaId: string;
  readonly state: InboundState;
  readonly storedAt: number;
  readonly answer: SignalRecord | undefined;
}

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

export interface SentTerms {
  readonly cpaId: string;
  readonly fromPartyId: string;
  readonly fromRole: string | undefined;
  readonly toPartyId: string;
  readonly toRole: string | undefined;
  readonly service: string;
  readonly action: string;
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

export interface NewEvent {
  readonly type: EventType;
  readonly at: number;
  readonly messageId: string | undefined;
  readonly direction: Direction | undefined;
  readonly cpaId: string | undefined;
  readonly data: Readonly<Record<string, EventValue>>;
}

/** A list holds things of one kind, such as the Errors of an ErrorList. */
export type EventValue = string | number | boolean | readonly Readonly<Record<string, string>>[];

export interface StoredEvent extends NewEvent {
  readonly sequence: number;
  readonly id: string;
}

export interface MessageSummary extends Omit<MessageRecord, 'envelope' | 'payloads'> {
  readonly direction: Direction;
  readonly state: MessageState;
  readonly stateAt: number;
  readonly attempts: number;
  /** When an open sent message goes out again; undefined when no attempt is left. */
  readonly nextAttemptAt: number | undefined;
  /** SequenceNumber of its MessageOrder. */
  readonly sequenceNumber: number | undefined;
  /** Received, but it waits for earlier messages of its conversation. */
  readonly held: boolean;
}

export interface MessageDetail extends MessageSummary {
  readonly envelope: Uint8Array;
  readonly payloads: readonly PayloadRecord[];
  readonly attemptLog: readonly Attempt[];
  /** The Acknowledgment or MessageError that belongs to it: sent for a received one, received for a sent one. */
  readonly signal: { readonly messageId: string; readonly envelope: Uint8Array } | undefined;
  /** ackSigned of the agreement at submit time; undefined for received messages. */
  readonly ackSigned: boolean | undefined;
  readonly syncReply: boolean | undefined;
  /** The message that this one sends once more. */
  readonly resendOf: string | undefined;
  /** `OutboundRecord.bundle`. */
  readonly bundle: Uint8Array | undefined;
}

export interface MessageQuery {
  readonly state?: MessageState;
  readonly direction?: Direction;
  readonly cpaId?: string;
  readonly service?: string;
  readonly action?: string;
  readonly conversationId?: string;
  readonly held?: boolean;
  readonly since?: number;
  readonly until?: number;
  /** Part of MessageId, ConversationId, a party or an action. */
  readonly q?: string;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** What was refused: no message, but never forgotten. `sample` is at most 4 KiB of the envelope. */
export interface Refusal {
  readonly id: string;
  readonly at: number;
  readonly code: ErrorCode;
  readonly location: string | undefined;
  readonly detail: string | undefined;
  readonly remote: string | undefined;
  readonly messageId: string | undefined;
  readonly cpaId: string | undefined;
  readonly fromPartyId: string | undefined;
  readonly sample: Uint8Array;
}

export interface StoreStats {
  readonly states: Readonly<Partial<Record<MessageState, number>>>;
  readonly outboxDue: number;
  /** Time of the oldest open outbox row. */
  readonly oldestDue: number | undefined;
  /** Transactions since the store was opened that could change something; many operations share one under load. */
  readonly commits: number;
}
