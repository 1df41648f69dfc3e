import type { Clock } from '../../clock.ts';
import { newId } from '../../ids.ts';
import { systemClock } from '../../clock.ts';
import type { AuditedEvents, AuditedMessage, AuditQuery, AuditSource, AuditTotals } from '../../ports/audit-source.ts';
import type { ConsultationContent, ConsultationLog } from '../../ports/consultations.ts';
import type {
  AcceptOutcome,
  AfterAttempt,
  Attempt,
  Cancellation,
  Claim,
  Conclusion,
  CpaRecord,
  CpaStore,
  DeadLetters,
  Direction,
  EventCursors,
  HandoverQueue,
  Idempotency,
  InboundRecord,
  KnownInbound,
  Lease,
  MessageDetail,
  MessageOwner,
  MessageQuery,
  MessageRecord,
  MessageSummary,
  NewEvent,
  OutboundRecord,
  Page,
  PayloadRecord,
  Refusal,
  RefusalQuery,
  SealedRecord,
  SignalRecord,
  Store,
  EventsAbout,
  StoredEvent,
  StoreStats,
  SubmitOutcome,
  TakeOutcome,
} from '../../ports/store.ts';
import { IN_MEMORY } from './open-database.ts';
import type { Argument, Result } from './operations/index.ts';
import { ReadLink } from './read-link.ts';
import type { ReadName } from './read-link.ts';
import { WorkerLink } from './worker-link.ts';
import type { Put } from './worker-link.ts';

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './store-worker.ts' : './store-worker.js', import.meta.url);

/** `path` is a file, made when it is not there, or `:memory:`. Throws STORE_UNAVAILABLE or CONFIG_INVALID. */
export async function openSqliteStore(path: string, clock: Clock = systemClock): Promise<Store> {
  const link = new WorkerLink({ worker: WORKER, settings: { path }, restartable: path !== IN_MEMORY });
  await link.open();
  try {
    await link.call('releaseLeases', () => undefined);
  } catch (thrown) {
    await link.close();
    throw thrown;
  }
  return new SqliteStore(link, { clock, reader: path === IN_MEMORY ? undefined : readLink(path, clock) });
}

/** For who only reads, beside a gateway or without one: it takes no lock. Throws STORE_UNAVAILABLE at the first question. */
export function openSqliteReader(path: string, clock: Clock = systemClock): StoreReader {
  const link = readLink(path, clock);
  return {
    listCpas: () => link.call('listCpas', undefined),
    auditTotals: (query) => link.call('auditTotals', query),
    auditMessages: (query) => link.call('auditMessages', query),
    auditEvents: (query) => link.call('auditEvents', query),
    close: () => link.close(),
  };
}

export interface StoreReader extends AuditSource {
  listCpas(): Promise<readonly CpaRecord[]>;
  close(): Promise<void>;
}

function readLink(path: string, clock: Clock): ReadLink {
  return new ReadLink({ worker: WORKER, settings: { path }, clock });
}

/** The Store on a thread of its own: this side only packs arguments; every rule is in `operations/`. */
class SqliteStore implements Store {
  readonly cpas: CpaStore;
  readonly consultations: ConsultationLog;
  readonly handovers: HandoverQueue;
  readonly cursors: EventCursors;
  readonly deadLetters: DeadLetters;
  readonly #link: WorkerLink;
  readonly #clock: Clock;
  /** undefined: in memory there is one connection only. */
  readonly #reader: ReadLink | undefined;

  constructor(link: WorkerLink, { clock, reader }: { readonly clock: Clock; readonly reader: ReadLink | undefined }) {
    this.#link = link;
    this.#clock = clock;
    this.#reader = reader;
    this.cpas = cpaStore(link);
    const read: Read = (name, argument) => this.#read(name, argument);
    this.consultations = consultationLog(link, read);
    this.handovers = handoverQueue(link);
    this.cursors = eventCursors(link);
    this.deadLetters = deadLetters(link, read);
  }

  acceptInbound(message: InboundRecord, answer: SignalRecord | undefined, event: NewEvent): Promise<AcceptOutcome> {
    return this.#link.call('acceptInbound', (put) => ({
      message: packMessage(message, put),
      answer: answer === undefined ? undefined : packSignal(answer, put),
      event,
    }));
  }

  findInbound(sender: string, messageId: string): Promise<KnownInbound | undefined> {
    return this.#link.call('findInbound', () => ({ sender, messageId }));
  }

  submitOutbound(message: OutboundRecord): Promise<SubmitOutcome> {
    return this.#link.call('submitOutbound', (put) => packMessage(message, put));
  }

  findSubmitted(idempotency: Idempotency): Promise<SubmitOutcome | undefined> {
    return this.#link.call('findSubmitted', () => idempotency);
  }

  claimDue(claim: Parameters<Store['claimDue']>[0]): Promise<Claim> {
    return this.#link.call('claimDue', () => claim);
  }

  recordAttempt(lease: Lease, attempt: Attempt | undefined, next: AfterAttempt): Promise<boolean> {
    return this.#link.call('recordAttempt', () => ({ lease, attempt, next }));
  }

  concludeOutbound(conclusion: Conclusion): Promise<'concluded' | 'late' | 'unknown'> {
    return this.#link.call('concludeOutbound', (put) => ({
      ...conclusion,
      signal: { ...conclusion.signal, envelope: put(conclusion.signal.envelope) },
    }));
  }

  cancelOutbound(cancellation: Cancellation): Promise<'cancelled' | 'ended' | 'unknown'> {
    return this.#link.call('cancelOutbound', () => cancellation);
  }

  takeInbound(messageId: string, now: number, sender?: string, application?: string): Promise<TakeOutcome> {
    return this.#link.call('takeInbound', () => ({ messageId, now, sender, application }));
  }

  findMessage(
    messageId: string,
    direction?: Direction,
    sender?: string,
    owner?: MessageOwner,
  ): Promise<MessageDetail | undefined> {
    return this.#link.call('findMessage', () => ({ messageId, direction, sender, owner }));
  }

  listMessages(query: MessageQuery): Promise<Page<MessageSummary>> {
    return this.#read('listMessages', query);
  }

  listEvents(after: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.#link.call('listEvents', () => ({ after, limit }));
  }

  listEventsAbout(about: EventsAbout): Promise<readonly StoredEvent[]> {
    return this.#read('listEventsAbout', about);
  }

  listEventsOf(owner: MessageOwner, after: number, limit: number): ReturnType<Store['listEventsOf']> {
    return this.#link.call('listEventsOf', () => ({ owner, after, limit }));
  }

  note({ refusal, event, signal }: Parameters<Store['note']>[0]): Promise<void> {
    return this.#link.call('note', (put) => ({
      refusal: refusal === undefined ? undefined : { ...refusal, sample: put(refusal.sample) },
      event,
      signal: signal === undefined ? undefined : packSignal(signal, put),
      now: this.#clock.now(),
    }));
  }

  listRefusals(query: RefusalQuery): Promise<Page<Refusal>> {
    return this.#read('listRefusals', query);
  }

  refersTo(file: string): Promise<boolean> {
    return this.#link.call('refersTo', () => ({ file }));
  }

  async stats(): Promise<StoreStats> {
    const found = await this.#link.call('stats', () => ({ now: this.#clock.now() }));
    return { ...found, commits: this.#link.commits };
  }

  probe(): Promise<void> {
    return this.#link.call('probe', () => ({ mark: newId() }));
  }

  auditTotals(query: { readonly damage: boolean }): Promise<AuditTotals> {
    return this.#read('auditTotals', query);
  }

  auditMessages(query: AuditQuery): Promise<readonly AuditedMessage[]> {
    return this.#read('auditMessages', query);
  }

  auditEvents(query: Omit<AuditQuery, 'digests'>): Promise<AuditedEvents> {
    return this.#read('auditEvents', query);
  }

  /** The writer goes last: who closes a database last brings its log over. */
  async close(): Promise<void> {
    await this.#reader?.close();
    await this.#link.close();
  }

  #read<Name extends ReadName>(name: Name, argument: Argument<Name>): Promise<Result<Name>> {
    return this.#reader === undefined ? this.#link.call(name, () => argument) : this.#reader.call(name, argument);
  }
}

function cpaStore(link: WorkerLink): CpaStore {
  return {
    save: (record) => link.call('saveCpa', (put) => ({ ...record, bytes: put(record.bytes) })),
    setActive: (cpaId, active) => link.call('setCpaActive', () => ({ cpaId, active })),
    remove: (cpaId) => link.call('removeCpa', () => ({ cpaId })),
    list: () => link.call('listCpas', () => undefined),
  };
}

type Read = <Name extends ReadName>(name: Name, argument: Argument<Name>) => Promise<Result<Name>>;

function consultationLog(link: WorkerLink, read: Read): ConsultationLog {
  return {
    begin: (consultation, call) => link.call('beginConsultation', () => ({ consultation, call })),
    end: (id, end) =>
      link.call('endConsultation', (put) => ({
        id,
        end: end.content === undefined ? end : { ...end, content: packContent(end.content, put) },
      })),
    list: (query) => read('listConsultations', query),
    find: (id) => read('findConsultation', { id }),
    // Asked once, at the start, when nothing else is under way: no reason to start the thread that reads.
    replayable: (since) => link.call('replayableConsultations', () => ({ since })),
    purge: (before, limit) => link.call('purgeConsultations', () => ({ before, limit })),
  };
}

function handoverQueue(link: WorkerLink): HandoverQueue {
  return {
    claim: (claim) => link.call('claimHandovers', () => claim),
    confirm: (leases, now) => link.call('confirmHandovers', () => ({ leases, now })),
    postpone: (lease, failure) => link.call('postponeHandover', () => ({ lease, failure })),
    hasten: (messageId, now, sender) => link.call('hastenHandover', () => ({ messageId, now, sender })),
    hastenAll: (destination, now) => link.call('hastenHandovers', () => ({ destination, now })),
    waiting: () => link.call('waitingHandovers', () => undefined),
  };
}

function eventCursors(link: WorkerLink): EventCursors {
  return {
    open: (subscriber) => link.call('openCursor', () => ({ subscriber })),
    advance: (subscriber, sequence) => link.call('advanceCursor', () => ({ subscriber, sequence })),
  };
}

function deadLetters(link: WorkerLink, read: Read): DeadLetters {
  return {
    bury: (subscriber, sequence, failure) => link.call('buryEvent', () => ({ subscriber, sequence, failure })),
    list: (query) => read('listDeadLetters', query),
    replay: (id) => link.call('markDeadLetter', () => ({ id })),
    marked: (subscriber, limit) => link.call('markedDeadLetters', () => ({ subscriber, limit })),
    settle: (id, failure) => link.call('settleDeadLetter', () => ({ id, failure })),
  };
}

function packContent({ request, answer }: ConsultationContent, put: Put): ConsultationContent {
  return { request: request && put(request), answer: answer && put(answer) };
}

function packSignal(signal: SignalRecord, put: Put): SignalRecord {
  return { ...signal, envelope: put(signal.envelope) };
}

function packMessage<M extends MessageRecord>(message: M, put: Put): M {
  const payloads = message.payloads.map((payload) => packPayload(payload, put));
  return { ...message, envelope: put(message.envelope), payloads };
}

function packPayload(payload: PayloadRecord, put: Put): PayloadRecord {
  const { body, sealed } = payload;
  const packed = 'inline' in body ? { ...payload, body: { inline: put(body.inline) } } : payload;
  return sealed === undefined ? packed : { ...packed, sealed: packSealed(sealed, put) };
}

function packSealed({ algorithm, key, iv, head, tail }: SealedRecord, put: Put): SealedRecord {
  return { algorithm, key: put(key), iv: put(iv), head: put(head), tail: put(tail) };
}
