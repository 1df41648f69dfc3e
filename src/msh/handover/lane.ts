import type { Clock } from '../../clock.ts';
import { Deadlines } from '../../clock/deadlines.ts';
import { type ErrorCode, GatewayError } from '../../errors.ts';
import type { HandoverLetter, Handover, HandoverJob } from '../../ports/handover.ts';
import type { Log } from '../../ports/log.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Store } from '../../ports/store.ts';
import type { Translations } from '../translation/translations.ts';
import { Claims } from '../claims.ts';
import { backoffMs } from './backoff.ts';
import { handedMessage, octetsOf } from './handed-message.ts';

export interface LaneParts {
  readonly store: Pick<Store, 'handovers'>;
  readonly payloads: PayloadStore;
  readonly translations: Pick<Translations, 'translates' | 'handed'>;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
}

export interface LaneTerms {
  readonly destination: string;
  readonly handover: Handover;
  /** Messages under way at the same time. */
  readonly concurrency: number;
}

const LEASE_MS = 15 * 60_000;
/** Ends before the lease does; an adapter that hangs longer may be given the message again, under the same id. */
const LONGEST_MS = 10 * 60_000;
/** Of payload that is in memory at the same time. */
const MOST_OCTETS = 64 * 1024 * 1024;
const LATE = 'the destination confirmed nothing within 10 minutes';
/** So many failures in a row say that the destination is down, and not that a message is bad. */
const DOWN_AFTER = 3;
/** The same message would fail the same way again. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set([
  'HANDOVER_REFUSED',
  'TRANSLATION_IMPOSSIBLE',
  'TRANSLATION_TOO_LARGE',
]);

interface Ended {
  readonly job: HandoverJob;
  readonly letter: HandoverLetter | undefined;
}

/** What is said of it. */
interface Told extends Pick<Ended, 'letter'> {
  readonly messageId: string;
  readonly attempt: number;
}

/**
 * Hands over what waits for one destination. The store is the only truth: a claim leases messages, each is handed over,
 * and what follows is noted under the lease. What is confirmed in one turn of the event loop is noted together, and the
 * next is claimed in the same transaction.
 *
 *   wake / timer → claim → deliver ─┬─ confirmed → TAKEN
 *                    ↑              └─ failed → due again after 1 s, 2 s, … 5 min
 *                    └─────────────────────────┘   (refused: when an operator asks for it)
 */
export class Lane {
  readonly #parts: LaneParts;
  readonly #terms: LaneTerms;
  readonly #deadlines: Deadlines;
  /** In the hands of the destination. */
  #running = 0;
  #octets = 0;
  #confirmed: Ended[] = [];
  /** Crowds of which the store notes how they ended. */
  #noting = 0;
  readonly #claims: Claims;
  readonly #whenIdle: (() => void)[] = [];
  #failures = 0;

  constructor(parts: LaneParts, terms: LaneTerms) {
    this.#parts = parts;
    this.#terms = terms;
    this.#deadlines = new Deadlines(parts.clock, LONGEST_MS);
    const { destination } = terms;
    this.#claims = new Claims({
      clock: parts.clock,
      claim: () => this.#claim(),
      failed: (error) => parts.log.error({ destination, err: error }, 'what waits could not be read'),
    });
  }

  start(): void {
    this.#claims.start();
  }

  /** Looks for due messages now, or right after the look that is under way. */
  wake(): void {
    this.#claims.wake();
  }

  /** The destination is there again: what waits for its next attempt is tried now. */
  ready(): void {
    if (this.#claims.stopped) return;
    const { store, clock, log } = this.#parts;
    const { destination } = this.#terms;
    store.handovers
      .hastenAll(destination, clock.now())
      .then(() => this.wake())
      .catch((error: unknown) => log.error({ destination, err: error }, 'what waits could not be made due'));
  }

  /** Nothing more is claimed; answers when what is under way has ended. */
  async stop(): Promise<void> {
    await this.#claims.stop();
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #hasRoom(): boolean {
    return this.#running < this.#terms.concurrency && this.#octets < MOST_OCTETS;
  }

  async #claim(): Promise<void> {
    // Each place that becomes free wakes us.
    if (!this.#hasRoom()) return;
    const { store, clock } = this.#parts;
    const { destination, concurrency } = this.#terms;
    const now = clock.now();
    const { jobs, nextDue } = await store.handovers.claim({
      destinations: [destination],
      now,
      leaseMs: LEASE_MS,
      limit: concurrency - this.#running,
      octets: MOST_OCTETS - this.#octets,
    });
    for (const job of jobs) this.#run(job);
    // What is due and was not claimed waits for a place.
    if (nextDue !== undefined && nextDue > now) this.#claims.wakeAt(nextDue);
  }

  #run(job: HandoverJob): void {
    this.#running++;
    this.#octets += octetsOf(job);
    let ended = false;
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      this.#deadlines.end(late);
      settle();
    };
    const late = (): void => end(() => void this.#postpone(job, new GatewayError('HANDOVER_FAILED', { detail: LATE })));
    this.#deadlines.begin(late);
    this.#deliver(job).then(
      (letter) => end(() => this.#confirm({ job, letter: letter ?? undefined })),
      (thrown: unknown) => end(() => void this.#postpone(job, asFailure(thrown))),
    );
  }

  /** What a destination throws instead of rejecting is a failure like any other. */
  async #deliver(job: HandoverJob): Promise<HandoverLetter | void> {
    const { payloads, translations } = this.#parts;
    const handed = handedMessage(job, payloads, translations);
    return this.#terms.handover.deliver(handed instanceof Promise ? await handed : handed);
  }

  #confirm(ended: Ended): void {
    this.#confirmed.push(ended);
    if (this.#confirmed.length === 1) setImmediate(() => this.#noteConfirmed());
  }

  #noteConfirmed(): void {
    const { store, clock } = this.#parts;
    const ended = this.#confirmed;
    this.#confirmed = [];
    const leases = ended.map(({ job: { lease }, letter }) => (letter === undefined ? lease : { ...lease, letter }));
    const noted = store.handovers.confirm(leases, clock.now());
    // Payloads need not stay in memory until it is on disk.
    const told = ended.map(({ job: { header, attempt }, letter }) => ({
      messageId: header.messageId,
      attempt,
      letter,
    }));
    this.#leave(ended.map(({ job }) => job));
    void this.#tellConfirmed(told, noted);
  }

  async #tellConfirmed(told: readonly Told[], noted: Promise<readonly boolean[]>): Promise<void> {
    const { log } = this.#parts;
    const { destination } = this.#terms;
    try {
      const held = await noted;
      for (const [index, { messageId, attempt, letter }] of told.entries()) {
        const fields = { messageId, destination, attempt, ...letter };
        if (held[index] === true && letter !== undefined) log.warn(fields, 'message left as a dead letter');
        else if (held[index] === true) log.info(fields, 'message handed over');
        else log.warn(fields, 'message handed over, after its lease had run out');
      }
    } catch (error) {
      for (const { messageId } of told) this.#lose(messageId, error);
    }
    const wasDown = this.#failures >= DOWN_AFTER;
    this.#failures = 0;
    if (wasDown) this.ready();
    this.#noted();
  }

  async #postpone(job: HandoverJob, { code, detail }: GatewayError): Promise<void> {
    const { store, clock, log, random } = this.#parts;
    const { destination } = this.#terms;
    this.#failures++;
    const at = clock.now();
    const dueAt = FOR_GOOD.has(code) ? undefined : at + backoffMs(job.attempt, random);
    const fields = { messageId: job.header.messageId, destination, attempt: job.attempt, code, detail };
    log.warn(fields, dueAt === undefined ? 'a message cannot be handed over' : 'the destination did not take it yet');
    try {
      const noted = store.handovers.postpone(job.lease, { at, dueAt, code, detail });
      this.#leave([job]);
      await noted;
      if (dueAt !== undefined) this.#claims.wakeAt(dueAt);
    } catch (error) {
      this.#lose(job.header.messageId, error);
    }
    this.#noted();
  }

  /** The lease runs out, and the message comes again under the same MessageId. */
  #lose(messageId: string, error: unknown): void {
    this.#parts.log.error({ messageId, err: error }, 'how handing over ended could not be stored');
  }

  /** Their places are free as soon as the store was told: who is claimed now is claimed after that. */
  #leave(jobs: readonly HandoverJob[]): void {
    this.#noting++;
    this.#running -= jobs.length;
    for (const job of jobs) this.#octets -= octetsOf(job);
    this.wake();
  }

  #noted(): void {
    this.#noting--;
    if (this.#isIdle()) for (const tell of this.#whenIdle.splice(0)) tell();
  }

  #isIdle(): boolean {
    return this.#running === 0 && this.#noting === 0;
  }
}

function asFailure(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('HANDOVER_FAILED', { detail, cause: thrown });
}
