import type { Readable } from 'node:stream';
import type { Finding } from '../cpa/validate-cpa.ts';
import type { Cpa } from '../cpa/model.ts';
import type { MessageStatus } from '../ebms/message.ts';
import type { PayloadWriter, StoredContent } from '../ports/payload-store.ts';
import type {
  ConsultationLog,
  DeadLetter,
  DeadLetterQuery,
  Direction,
  MessageDetail,
  MessageOwner,
  MessageQuery,
  MessageState,
  MessageSummary,
  OutboundState,
  Page,
  Refusal,
  RefusalQuery,
  ReplyTo,
  StoredEvent,
  StoreStats,
  WaitingHandovers,
} from '../ports/store.ts';
import type { Receive } from '../ports/transport.ts';
import type { ListState } from '../ports/trust.ts';
import type { Handover } from '../ports/handover.ts';
import type { AuditCode } from './audit/findings.ts';
import type { EventSubscriber } from './events/pump.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { RoutedMessage, RouteExplanation } from './handover/routes.ts';

/** The use cases of the gateway: all that an adapter, the command line or the endpoint can ask of it. */
export interface Gateway {
  /** Handles one HTTP request of a partner and gives the answer; never throws. */
  readonly receive: Receive;
  readonly messages: MessageUseCases;
  readonly events: EventUseCases;
  readonly cpas: CpaUseCases;
  readonly handovers: HandoverUseCases;
  readonly partners: PartnerUseCases;
  /** The same for one application: what is not its own is not there, and events name who did what. */
  usedBy(user: GatewayUser): UseCases;
  /** Could sign, store and send right now. Each entry says what was looked at; `ok` is the conjunction of those that count. */
  health(): Promise<Health>;
  /** What an adapter has to say of its other side, each time that `health` is asked. */
  addHealth(look: () => HealthCheck): void;
  stats(): Promise<StoreStats>;
  /** Those of the store, whose failures `health` tells too. */
  readonly consultations: ConsultationLog;
  /** The revocation lists, one entry a CA; none where revocation is not checked. */
  revocationLists(): readonly ListState[];
  /** Whether nothing was lost: reads everything that is stored, beside the work. Throws STORE_UNAVAILABLE. */
  audit(options?: AuditOptions): Promise<AuditReport>;
  readonly counters: Counters;
  /** Begins to send what is due. */
  start(): Promise<void>;
  /** Requests wait no longer for responses of the application: each gets its receipt. Before the endpoint closes. */
  drain(): void;
  /** Ends running attempts (they are given `graceMs`), then lets go of transport and store. */
  stop(graceMs?: number): Promise<void>;
}

export interface UseCases extends Pick<Gateway, 'messages' | 'cpas' | 'partners'> {
  readonly events: Pick<EventUseCases, 'list' | 'page' | 'subscribe'>;
}

export interface GatewayUser {
  /** Name of the application. */
  readonly name: string;
  /** undefined: everything is its own. */
  readonly owner: MessageOwner | undefined;
}

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
   * Errors: NOT_FOUND, and those of `PartnerUseCases.ping`. @spec ebMS2 §7.1
   */
  status(messageId: string): Promise<PartnerStatus>;
}

export interface PartnerUseCases {
  /**
   * Sends a Ping and waits for the Pong, half a minute at most. Errors: CPA_UNKNOWN, CPA_INACTIVE, CPA_INVALID,
   * PARTY_UNKNOWN, NOT_OUR_PARTY, BUSY, PEER_UNREACHABLE, PEER_ANSWER, PEER_REFUSED, PEER_SILENT. @spec ebMS2 §8
   */
  ping(request: PingRequest): Promise<PingResult>;
}

export interface PingRequest {
  readonly cpaId: string;
  /** `type:value` or the bare value of a PartyId of the CPA; one of ours. */
  readonly from: string;
  /** The other party of the CPA when absent. */
  readonly to?: string;
}

/** How a question to a partner went. */
export interface Exchanged {
  readonly cpaId: string;
  /** As `type:value`. */
  readonly from: string;
  readonly to: string;
  readonly endpoint: string;
  /** Whether the answer came in the HTTP answer or by a request of its own. */
  readonly way: 'synchronous' | 'asynchronous';
  readonly roundTripMs: number;
}

export interface PingResult extends Exchanged {
  /** MessageId of the Ping and of the Pong. */
  readonly pingId: string;
  readonly pongId: string;
}

export interface PartnerStatus extends Exchanged {
  readonly messageId: string;
  readonly status: MessageStatus;
  /** When the partner received the message, as it says (ms since 1970); only with Received and Processed. */
  readonly receivedAt: number | undefined;
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

export interface EventUseCases {
  list(after: number, limit: number): Promise<readonly StoredEvent[]>;
  /** The same, with how far was looked: fewer than `limit`, or none, may be of this application. */
  page(after: number, limit: number): Promise<EventPage>;
  /** Calls `listener` when events may have been added; the answer ends it. */
  subscribe(listener: () => void): () => void;
  /**
   * Feeds a subscriber from a durable cursor of its own: in order, at least once. Before `start`. Throws CONFIG_INVALID
   * for a name that is taken.
   */
  follow(subscriber: EventSubscriber): HandoverControl;
  /** What subscribers did not take; newest first. */
  deadLetters(query: DeadLetterQuery): Promise<Page<DeadLetter>>;
  /** Sends it to its subscriber once more. Throws NOT_FOUND. */
  replay(id: string): Promise<void>;
}

/** Destinations of received messages other than the inbox. */
export interface HandoverUseCases {
  /**
   * Makes `handover` the destination of this name, with so many messages under way at the same time (16 where not
   * given). Before `start`. Throws CONFIG_INVALID for a name that is taken.
   */
  register(destination: string, handover: Handover, options?: { readonly concurrency?: number }): HandoverControl;
  waiting(): Promise<readonly WaitingHandovers[]>;
  /** Where a message would go, and why. */
  explain(message: RoutedMessage): RouteExplanation;
  /** Hands nothing more over, events neither; answers when what is under way has ended, or `graceMs` are over. */
  stop(graceMs?: number): Promise<void>;
}

export interface HandoverControl {
  /** The other side is there again: what waits for its next attempt is tried now. */
  ready(): void;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Sequence of the last that was looked at: what to go on after. */
  readonly seen: number;
  /** Whether there may be more now. */
  readonly more: boolean;
}

export interface CpaUseCases {
  validate(bytes: Uint8Array): { readonly cpa: Cpa | undefined; readonly findings: readonly Finding[] };
  /** Throws CPA_INVALID when there are findings of severity error, CPA_EXISTS. */
  import(
    bytes: Uint8Array,
    activate: boolean,
  ): Promise<{ readonly cpaId: string; readonly active: boolean; readonly findings: readonly Finding[] }>;
  list(): readonly KnownCpa[];
  /** Throws CPA_UNKNOWN. */
  get(cpaId: string): KnownCpa;
  activate(cpaId: string): Promise<void>;
  deactivate(cpaId: string): Promise<void>;
  /** Throws CPA_UNKNOWN; CPA_IN_USE while it is active, or messages under it are open. */
  remove(cpaId: string): Promise<void>;
}

export interface KnownCpa {
  readonly cpa: Cpa;
  readonly active: boolean;
  readonly importedAt: number;
}

export interface Health {
  readonly ok: boolean;
  readonly checks: readonly HealthCheck[];
}

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Partners are served without it: it does not count. */
  readonly optional?: true;
}

export interface AuditOptions {
  /** Looks whether payloads are there and as long as they must be, and does not read them. */
  readonly quick?: boolean;
  readonly progress?: (done: {
    readonly messages: number;
    readonly of: number;
    readonly payloads: number;
    readonly octets: number;
  }) => void;
}

/** What the conservation check saw. Times are ms since 1970 UTC. */
export interface AuditReport {
  readonly ok: boolean;
  readonly quick: boolean;
  readonly at: number;
  readonly endedAt: number;
  /** Sent messages, in whatever state. */
  readonly submitted: number;
  /** Received messages, in whatever state. */
  readonly acknowledged: number;
  readonly states: Readonly<Partial<Record<MessageState, number>>>;
  readonly payloads: { readonly count: number; readonly octets: number };
  /** The first thousand. */
  readonly findings: readonly AuditFinding[];
  readonly findingCount: number;
}

export interface AuditFinding {
  readonly code: AuditCode;
  /** undefined, like the next two, for what concerns the store as a whole. */
  readonly direction: Direction | undefined;
  readonly messageId: string | undefined;
  readonly sender: string | undefined;
  readonly detail: string;
}

/** Counts since start, for /metrics. */
export interface Counters {
  readonly received: number;
  readonly duplicates: number;
  readonly submitted: number;
  readonly attempts: number;
  readonly delivered: number;
  /** Ping and StatusRequest of partners that were answered. */
  readonly exchanges: number;
  readonly refused: Readonly<Record<string, number>>;
}
