import type { ErrorCode } from '../errors.ts';
import type { MessageRecord, PayloadRecord, ReplyTo } from './message-records.ts';
import type { Direction, MessageState } from './message-states.ts';
import type { Attempt } from './outbox.ts';

export interface MessageSummary extends Omit<MessageRecord, 'envelope' | 'payloads'> {
  readonly direction: Direction;
  readonly state: MessageState;
  readonly stateAt: number;
  readonly attempts: number;
  /** When an open sent message goes out again, or a received one is handed over again; undefined when no attempt is left. */
  readonly nextAttemptAt: number | undefined;
  /** SequenceNumber of its MessageOrder. */
  readonly sequenceNumber: number | undefined;
  /** Received, but it waits for earlier messages of its conversation. */
  readonly held: boolean;
  /** Who gets a received message: `inbox` or the name of another destination; undefined when sent. */
  readonly destination: string | undefined;
}

export interface MessageDetail extends MessageSummary {
  readonly envelope: Uint8Array;
  readonly payloads: readonly PayloadRecord[];
  readonly attemptLog: readonly Attempt[];
  /** The Acknowledgment or MessageError that belongs to it: sent for a received one, received for a sent one. */
  readonly signal: { readonly messageId: string; readonly envelope: Uint8Array } | undefined;
  /** What the partner said last against a sent message, whether or not that ended it. */
  readonly partnerError: PartnerError | undefined;
  /** ackSigned of the agreement at submit time; undefined for received messages. */
  readonly ackSigned: boolean | undefined;
  readonly syncReply: boolean | undefined;
  /** The message that this one sends once more. */
  readonly resendOf: string | undefined;
  /** `OutboundRecord.bundle`. */
  readonly bundle: Uint8Array | undefined;
  /** Of a sent message: where its response goes. */
  readonly replyTo?: ReplyTo;
  /** How handing over stands, as long as the message waits for a destination other than the inbox. */
  readonly handover: HandoverState | undefined;
}

export interface HandoverState {
  /** Those that a crash cut short too. */
  readonly attempts: number;
  /** Of the last failure; undefined when none was noted. */
  readonly failure: { readonly at: number; readonly code: ErrorCode; readonly detail: string | undefined } | undefined;
  /** No further attempt until an operator asks for it. */
  readonly stopped: boolean;
}

/**
 * The gravest Error of a MessageError, which came in an HTTP answer or by a request of its own. @spec ebMS2 §4.2.3
 */
export interface PartnerError {
  readonly at: number;
  readonly errorCode: string;
  readonly severity: string;
  readonly location: string;
  /** In the words of the partner; may be empty, as `location` may. */
  readonly description: string;
}

export interface MessageQuery {
  readonly state?: MessageState;
  readonly direction?: Direction;
  readonly cpaId?: string;
  readonly service?: string;
  readonly action?: string;
  readonly conversationId?: string;
  readonly held?: boolean;
  readonly destination?: string;
  readonly since?: number;
  readonly until?: number;
  /** Part of MessageId, ConversationId, a party or an action. */
  readonly q?: string;
  readonly owner?: MessageOwner;
  readonly cursor?: string;
  readonly limit: number;
}

/** Only messages that went one of these ways, from (sent) or to (received) one of these parties; undefined: any. */
export interface MessageOwner {
  readonly directions: readonly Direction[];
  /** As `type:value`. */
  readonly parties: readonly string[] | undefined;
  /** As `type:value`, or the value alone of one of Digikoppeling. */
  readonly services: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}
