import type { Readable } from 'node:stream';
import type { PayloadWriter, StoredContent } from '../ports/payload-store.ts';
import type {
  Direction,
  MessageDetail,
  MessageQuery,
  MessageState,
  MessageSummary,
  OutboundState,
  Page,
  Refusal,
  RefusalQuery,
  ReplyTo,
} from '../ports/store.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { PartnerStatus } from './partner-use-cases.ts';

/** What applications, operators and auditors do with messages. */
export interface MessageUseCases {
  /** Where the octets of a payload go before `submit` names them. */
  createPayload(): PayloadWriter;
  /** Forgets a payload that will not be submitted. Never throws. */
  discardPayload(content: StoredContent): Promise<void>;
  /**
   * Resolves the CPA, builds and signs the message once, stores it, and only then answers. Errors: CPA_UNKNOWN,
   * CPA_INACTIVE, PARTY_UNKNOWN, ACTION_NOT_AGREED, NOT_OUR_PARTY, NOT_ALLOWED, MESSAGE_ID_INVALID, MESSAGE_EXISTS,
   * IDEMPOTENCY_CONFLICT, REQUEST_INVALID, TRANSLATION_IMPOSSIBLE, TRANSLATION_TOO_LARGE, FEATURE_UNSUPPORTED, SIGNING_KEY_MISSING, STORE_UNAVAILABLE. After an error
   * the payloads are discarded.
   */
  submit(request: SubmitRequest): Promise<Submitted>;
  list(query: MessageQuery): Promise<Page<MessageSummary>>;
  /** `sender` is who it is from, as `type:value`. Throws NOT_FOUND, MESSAGE_AMBIGUOUS. */
  find(messageId: string, direction?: Direction, sender?: string): Promise<MessageDetail>;
  /**
   * The octets of payload `n` (1 is the first), and what is known of it. Of a received message in JSON where its route says so,
   * unless the `original` is asked. Throws NOT_FOUND, MESSAGE_AMBIGUOUS, TRANSLATION_IMPOSSIBLE, TRANSLATION_TOO_LARGE.
   */
  openPayload(
    messageId: string,
    n: number,
    of?: MessageChoice & { readonly form?: 'original' | undefined },
  ): Promise<OpenPayload>;
  /** Whether `openPayload` gives payload `n` in JSON, unless the `original` is asked. */
  isTranslated(message: MessageDetail, n: number): boolean;
  /**
   * Sends a stored message once more as a NEW one: same contract, parties, roles, service, action, conversation,
   * refToMessageId and payloads, with a MessageId of its own. Throws NOT_FOUND and what `submit` throws.
   */
  resend(
    messageId: string,
    options?: { readonly sender?: string | undefined; readonly idempotency?: SubmitRequest['idempotency'] },
  ): Promise<Submitted>;
  /** QUEUED or SENT → CANCELLED; a receipt that comes later is kept as late. Throws NOT_FOUND, MESSAGE_ENDED. */
  cancel(messageId: string, sender?: string): Promise<{ readonly messageId: string; readonly state: MessageState }>;
  /**
   * The message as an HTTP body: a sent one as an attempt carries it, a received one put together from its envelope and
   * parts. Throws NOT_FOUND, MESSAGE_AMBIGUOUS.
   */
  raw(messageId: string, of?: MessageChoice): Promise<RawMessage>;
  /**
   * The application has it: RECEIVED → TAKEN. Repeating it changes nothing. Throws NOT_FOUND, MESSAGE_AMBIGUOUS,
   * MESSAGE_HELD, and MESSAGE_ROUTED when another destination than the inbox gets it.
   */
  take(messageId: string, sender?: string): Promise<{ readonly messageId: string; readonly state: MessageState }>;
  /**
   * Hands a message that waits for its destination over now, also when it was stopped. Throws NOT_FOUND,
   * MESSAGE_AMBIGUOUS, and NOT_WAITING when it is in the inbox or was handed over.
   */
  handOver(messageId: string, sender?: string): Promise<void>;
  /** All that proves one message, but for the octets of its payloads. Throws NOT_FOUND. */
  evidence(messageId: string, of?: MessageChoice): Promise<Evidence>;
  listRefusals(query: RefusalQuery): Promise<Page<Refusal>>;
  /** Throws NOT_FOUND. */
  findRefusal(id: string): Promise<Refusal>;
  /**
   * Asks the partner what it knows of a message that was sent to it; waits half a minute at most. Changes nothing here.
   * Errors: NOT_FOUND, MESSAGE_AMBIGUOUS, and those of `PartnerUseCases.ping`. @spec ebMS2 §7.1
   */
  status(messageId: string, sender?: string): Promise<PartnerStatus>;
}

/** Tells messages with the same MessageId apart. */
export interface MessageChoice {
  readonly direction?: Direction | undefined;
  /** As `type:value`. */
  readonly sender?: string | undefined;
}

export interface SubmitRequest {
  readonly cpaId: string;
  /** `type:value` or the bare value of a PartyId of the CPA. */
  readonly from: string;
  readonly fromRole?: string;
  readonly to?: string;
  readonly toRole?: string;
  /** `type:value`, or the bare value where that is unique in the CPA. */
  readonly service: string;
  readonly action: string;
  readonly conversationId?: string;
  readonly refToMessageId?: string;
  readonly messageId?: string;
  readonly payloads: readonly SubmittedPayload[];
  /** `digest` is a hash of the whole request: the same key with another digest is a conflict. */
  readonly idempotency?: { readonly key: string; readonly application: string; readonly digest: string };
  /** Where the response goes, when there is one; the routes decide where not given. */
  readonly replyTo?: ReplyTo;
  /** The message that this one sends once more. */
  readonly resendOf?: string;
}

export interface SubmittedPayload {
  readonly name?: string;
  readonly contentType: string;
  readonly content: StoredContent;
}

export interface Submitted {
  readonly messageId: string;
  readonly state: OutboundState;
  /** Whether this was a repeat of an earlier request. */
  readonly repeated: boolean;
}

export interface OpenPayload {
  readonly contentType: string;
  readonly name: string | undefined;
  readonly size: number;
  readonly sha256: string;
  readonly stream: Readable;
}

export interface RawMessage {
  /** text/xml, or multipart/related when there are payloads. */
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: Uint8Array | Readable;
}
