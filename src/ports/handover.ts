import type { Readable } from 'node:stream';
import type { ErrorCode } from '../errors.ts';
import type { MessagePurpose, PayloadRecord, ReplyTo } from './message-records.ts';

/** A destination of received messages beside the inbox: a queue, a folder, an address. Adapters implement it. */
export interface Handover {
  /**
   * Hands one message over and resolves once the destination has confirmed it (broker confirm, 2xx, rename): then it is
   * TAKEN. The same message may come again, under the same MessageId, when the confirmation was lost. Rejects with
   * HANDOVER_FAILED, or whatever went wrong: the message stays RECEIVED and is tried again; with HANDOVER_REFUSED only
   * when an operator asks for it. Must come to an end by itself: after ten minutes it counts as failed. Resolves with a `HandoverLetter`
   * where it lies with those instead: it is TAKEN then, and `handover.dead-lettered` says so.
   */
  deliver(message: HandedMessage): Promise<HandoverLetter | void>;
}

/** Why a message could not be handed over where it was to go, and lies where an operator of the destination looks. */
export interface HandoverLetter {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What is said of a received message: never an envelope. */
export interface ReceivedHeader extends MessagePurpose {
  readonly messageId: string;
  readonly conversationId: string;
  readonly refToMessageId: string | undefined;
  /** eb:Timestamp, and when it was stored; ms since 1970. */
  readonly timestamp: number;
  readonly receivedAt: number;
}

/** What an application is given of a received message. */
export interface HandedMessage extends ReceivedHeader {
  readonly payloads: readonly HandedPayload[];
  /** Where the application wanted this response; its destination is that of this adapter. */
  readonly replyTo?: Pick<ReplyTo, 'address' | 'correlationId'>;
  /** Counts from 1, attempts that a crash cut short too: above 1 the destination may have the message already. */
  readonly attempt: number;
}

export interface HandedPayload {
  readonly contentId: string;
  readonly name: string | undefined;
  readonly contentType: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Its octets where they are in memory anyway; undefined: `open` reads them. */
  readonly octets: Uint8Array | undefined;
  /** It is JSON that the gateway made of XML: size and digest are those of the JSON. */
  readonly translated?: true;
  /** Its octets from the beginning; may be asked more than once. */
  open(): Promise<Readable>;
}

/** The store's side: which messages wait for a destination. Everything throws STORE_UNAVAILABLE. */
export interface HandoverQueue {
  /**
   * Leases due messages of these destinations until `now + leaseMs`, oldest first. Ordered messages of one conversation
   * fall due at a destination one after the other, each when the one before it was confirmed. A lease carries a fencing
   * number: a later lease of the same message makes the earlier one void.
   */
  claim(claim: HandoverTerms): Promise<HandoverClaim>;
  /**
   * RECEIVED → TAKEN with its event, after failures `handover.recovered` too, as a dead letter `handover.dead-lettered`, and nothing
   * of it waits any more: all of them in one transaction. Answers which of the leases held; what is void changes nothing.
   */
  confirm(leases: readonly EndedLease[], now: number): Promise<readonly boolean[]>;
  /** It stays RECEIVED and falls due again; the first failure in a row stores `handover.failed`. False when the lease is void. */
  postpone(lease: HandoverLease, failure: HandoverFailure): Promise<boolean>;
  /**
   * What waits for its next attempt, or for an operator, falls due now; one that waits for earlier ones goes on waiting.
   * False when nothing of it waits. Throws MESSAGE_AMBIGUOUS when several senders used the MessageId and none is named.
   */
  hasten(messageId: string, now: number, sender?: string): Promise<boolean>;
  /** All at this destination that wait for their next attempt fall due now; what is stopped stays so. */
  hastenAll(destination: string, now: number): Promise<void>;
  /** By destination; only those that something waits for. */
  waiting(): Promise<readonly WaitingHandovers[]>;
}

export interface HandoverTerms {
  readonly destinations: readonly string[];
  /** ms since 1970. */
  readonly now: number;
  readonly leaseMs: number;
  /** At most so many messages of each destination. */
  readonly limit: number;
  /** At most so many octets of payload of each, but one message at least; one counts `MOST_OCTETS_COUNTED` at most. */
  readonly octets: number;
}

/** What is larger is not in memory as a whole, whoever hands it over. */
export const MOST_OCTETS_COUNTED = 1024 * 1024;

export interface WaitingHandovers {
  readonly destination: string;
  readonly count: number;
  /** Of them: the last attempt failed. */
  readonly failing: number;
  /** When the oldest of them was stored. */
  readonly oldest: number;
}

export interface HandoverClaim {
  readonly jobs: readonly HandoverJob[];
  /** When it is worth claiming again: not after `now` when `limit` cut the claim short; undefined when nothing will fall due. */
  readonly nextDue: number | undefined;
}

export interface HandoverLease {
  /** The store's key of the message. */
  readonly message: number;
  readonly fence: number;
}

export interface EndedLease extends HandoverLease {
  readonly letter?: HandoverLetter | undefined;
}

export interface HandoverJob {
  readonly lease: HandoverLease;
  readonly destination: string;
  readonly header: ReceivedHeader;
  readonly replyTo?: Pick<ReplyTo, 'address' | 'correlationId'>;
  readonly payloads: readonly PayloadRecord[];
  /** The attempt that this claim is for; the first is 1. */
  readonly attempt: number;
}

export interface HandoverFailure {
  readonly at: number;
  /** undefined: only when an operator asks for it. */
  readonly dueAt: number | undefined;
  readonly code: ErrorCode;
  readonly detail: string | undefined;
}
