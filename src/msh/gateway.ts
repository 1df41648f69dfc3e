import type { Finding } from '../cpa/validate-cpa.ts';
import type { Cpa } from '../cpa/model.ts';
import type {
  ConsultationLog,
  DeadLetter,
  DeadLetterQuery,
  Direction,
  MessageOwner,
  MessageState,
  Page,
  StoredEvent,
  StoreStats,
  WaitingHandovers,
} from '../ports/store.ts';
import type { Receive } from '../ports/transport.ts';
import type { ListState } from '../ports/trust.ts';
import type { Handover } from '../ports/handover.ts';
import type { AuditCode } from './audit/findings.ts';
import type { EventSubscriber } from './events/pump.ts';
import type { RoutedMessage, RouteExplanation } from './handover/routes.ts';
import type { MessageUseCases } from './message-use-cases.ts';
import type { PartnerUseCases } from './partner-use-cases.ts';

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
  /** Looks whether payloads are there and as long as they must be, and reads neither them nor envelopes. */
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
