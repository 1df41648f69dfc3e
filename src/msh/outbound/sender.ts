import { toGatewayError } from '../../errors.ts';
import type { AfterAttempt, Attempt, NewEvent, OutboxJob, SentTerms, Store } from '../../ports/store.ts';
import type { OutgoingAnswer } from '../../ports/transport.ts';
import { ANSWERS } from '../answers.ts';
import { Claims } from '../claims.ts';
import type { Log } from '../../ports/log.ts';
import { isExpired, nextDue } from '../retry-schedule.ts';
import type { SentMessage, SignalReader, SignalUse } from '../signals/signal-reader.ts';
import { Lanes } from './lanes.ts';
import { errorData } from '../signals/error-data.ts';
import { type Attempter, type AttemptOutcome, makeAttempt } from './attempt.ts';
import { deliveryFailure } from './delivery-failure.ts';
import { packMessage } from './package.ts';

export interface SenderParts extends Attempter {
  readonly store: Store;
  readonly signals: SignalReader;
  readonly log: Log;
  /** Attempts under way at the same time for one partner. */
  readonly concurrency: number;
  attempted(): void;
  ended(state: 'DELIVERED' | 'FAILED' | 'EXPIRED'): void;
}

export interface Reservation {
  /** ms since 1970. */
  readonly leaseUntil: number;
  run(job: OutboxJob): void;
  release(): void;
}

/** A request of a partner whose HTTP answer a message is to be. */
export interface OpenAnswer {
  settle(answer: OutgoingAnswer): void;
  release(): void;
}

const CLAIM_LIMIT = 64;
const LEASE_MS = 15 * 60_000;
/** Request Timeout and Too Many Requests. */
const PATIENCE: ReadonlySet<number> = new Set([408, 429]);

/**
 * Sends what is due. The outbox in the store is the only truth: a claim leases rows, each row is sent, and what follows
 * is recorded under the lease. One lane a partner; a slow one keeps only its own places occupied.
 *
 *   wake / timer → claim → attempt ─┬─ signal in the answer → used → ended
 *                    ↑              ├─ waits (SENT) → due again after RetryInterval
 *                    └──────────────┴─ expired, or best effort → ended, with its one event
 *
 * @spec ebMS2 §6.5.4
 */
export class Sender {
  readonly #parts: SenderParts;
  readonly #running = new Set<Promise<void>>();
  readonly #lanes: Lanes;
  readonly #claims: Claims;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts.concurrency);
    this.#claims = new Claims({
      clock: parts.clock,
      claim: () => this.#claim(),
      failed: (error) => parts.log.error({ err: error }, 'the outbox could not be read'),
    });
  }

  start(): void {
    this.#claims.start();
  }

  /** Looks for due rows now, or right after the look that is under way; for one lane only when it has a place. */
  wake(lane?: string): void {
    if (lane === undefined || !this.#lanes.waits(lane)) this.#claims.wake();
  }

  /** No new attempts; answers when the running ones have ended, those of a claim that is under way too. */
  async stop(): Promise<void> {
    await this.#claims.stop();
    await Promise.all(this.#running);
  }

  async #claim(): Promise<void> {
    const { store, clock, concurrency } = this.#parts;
    const now = clock.now();
    const { jobs, nextDue: next } = await store.claimDue({
      now,
      leaseMs: LEASE_MS,
      limit: CLAIM_LIMIT,
      perLane: concurrency,
    });
    for (const job of jobs) this.#enter(job);
    this.#lanes.noteFull();
    if (jobs.length === CLAIM_LIMIT) this.#claims.wake();
    // Rows that are due and were not claimed wait for places in their lane: those that become free wake us.
    else if (next !== undefined && next > now) this.#claims.wakeAt(next);
  }

  /**
   * A place for a message that is being submitted, where nothing older waits: its outbox row is stored as leased, and the
   * first attempt needs no claim. `run` or `release` follows.
   */
  reserve(lane: string): Reservation | undefined {
    if (this.#claims.stopped || !this.#lanes.isOpen(lane)) return undefined;
    this.#lanes.enter(lane);
    const release = (): void => this.#leave(lane);
    const run = (job: OutboxJob): void => (this.#claims.stopped ? release() : this.#run(job));
    return { leaseUntil: this.#parts.clock.now() + LEASE_MS, run, release };
  }

  /** Until when a row is leased that is submitted now. */
  leaseUntil(): number {
    return this.#parts.clock.now() + LEASE_MS;
  }

  /** Sends a message as the HTTP answer to a request: that is its first attempt, and takes no place in its lane. */
  answer(job: OutboxJob, terms: SentTerms, to: OpenAnswer): void {
    if (this.#claims.stopped) return to.release();
    this.#track(job, this.#answer(job, terms, to));
  }

  /** Where the line was cut nothing is lost: the message goes on by requests of its own, at once. */
  async #answer(job: OutboxJob, terms: SentTerms, to: OpenAnswer): Promise<void> {
    const { clock, payloads, store, log } = this.#parts;
    const startedAt = clock.now();
    const { promise, resolve: written } = Promise.withResolvers<boolean>();
    to.settle({ status: ANSWERS.response.status, ...packMessage(job, payloads), written });
    const whole = await promise;
    this.#parts.attempted();
    const base = { number: job.attempt, startedAt, endedAt: clock.now() };
    const attempt: Attempt = whole
      ? { ...base, status: ANSWERS.response.status, code: undefined, detail: 'in the HTTP answer to the request' }
      : { ...base, status: undefined, code: 'PEER_UNREACHABLE', detail: 'the HTTP answer to the request broke off' };
    log[whole ? 'debug' : 'warn']({ messageId: job.messageId, ...attempt }, 'attempt ended');
    if (whole) return await this.#record(job, terms, { attempt, transmitted: true, signal: undefined });
    // Where the contract gives one attempt, the one that broke off does not count.
    const counted = terms.reliable && terms.retries === 0 ? undefined : attempt;
    await store.recordAttempt(job.lease, counted, { kind: 'wait', dueAt: attempt.endedAt });
    this.#claims.wakeAt(attempt.endedAt);
  }

  #enter(job: OutboxJob): void {
    this.#lanes.enter(job.lane);
    this.#run(job);
  }

  #run(job: OutboxJob): void {
    this.#track(job, this.#handle(job), job.lane);
  }

  #track(job: OutboxJob, work: Promise<void>, lane?: string): void {
    const running = work
      .catch((error: unknown) => {
        // The lease runs out and the row falls due again.
        this.#parts.log.error({ messageId: job.messageId, err: error }, 'an attempt could not be recorded');
      })
      .finally(() => {
        this.#running.delete(running);
        if (lane !== undefined) this.#leave(lane);
      });
    this.#running.add(running);
  }

  #leave(lane: string): void {
    if (this.#lanes.leave(lane)) this.wake();
  }

  async #handle(job: OutboxJob): Promise<void> {
    if (job.message === undefined) return this.#sendSignal(job);
    if (isExpired(job.message, job.attempt, this.#parts.clock.now())) return this.#expire(job, job.message);
    const outcome = await makeAttempt(job, this.#parts);
    this.#parts.attempted();
    const { attempt } = outcome;
    const level = attempt.code === undefined ? 'debug' : 'warn';
    this.#parts.log[level]({ messageId: job.messageId, ...attempt }, 'attempt ended');
    const ended = job.message.reliable && (await this.#endBySignal(job, job.message, outcome));
    if (!ended) await Promise.all([this.#record(job, job.message, outcome), this.#alarm(job, outcome)]);
    if (outcome.forget !== undefined) await outcome.forget();
  }

  /**
   * A redirect or a 4xx that is no plea for patience says that something is set up wrong; the schedule goes on. So does
   * a best-effort message that the partner took with a Warning: there the reader of signals does not look at it.
   */
  async #alarm(job: OutboxJob, { attempt: { status, endedAt }, signal }: AttemptOutcome): Promise<void> {
    const unfit = status !== undefined && status >= 300 && status < 500 && !PATIENCE.has(status);
    const warned = job.message?.reliable === false && severityOf(signal) === 'Warning';
    if (status === undefined || !(unfit || warned)) return;
    const data = { status, endpoint: job.endpoint, ...(warned ? told(signal) : {}) };
    await this.#parts.store.note({ event: eventOf(job, 'alert.partner-error', { at: endedAt, data }) });
  }

  async #record(job: OutboxJob, terms: SentTerms, outcome: Omit<AttemptOutcome, 'unread'>): Promise<void> {
    const after = afterAttempt(job, terms, outcome);
    const held = await this.#parts.store.recordAttempt(job.lease, outcome.attempt, after);
    if (held && after.kind === 'end') this.#parts.ended(after.state);
    if (after.kind === 'wait') this.#claims.wakeAt(after.dueAt);
  }

  /** Whether the signal in the answer ended the message; the attempt is then noted with its end. */
  async #endBySignal(job: OutboxJob, terms: SentTerms, outcome: AttemptOutcome): Promise<boolean> {
    const { signal } = outcome;
    if (signal === undefined) return false;
    const { store, log } = this.#parts;
    const sent = { ...terms, messageId: job.messageId, envelope: job.envelope };
    try {
      return (await this.#readSignal(outcome, sent)) === 'ended';
    } catch (thrown) {
      const error = toGatewayError(thrown);
      const { code, location, detail } = error;
      log.warn({ messageId: job.messageId, code, location, detail }, 'the signal in the answer was refused');
      await store.note({
        event: eventOf(job, 'alert.signal-refused', { at: signal.receivedAt, data: { code, detail: detail ?? '' } }),
      });
      return false;
    }
  }

  /** Not async: what waits for the end of it holds no tree. */
  #readSignal(outcome: AttemptOutcome, sent: SentMessage): Promise<SignalUse | undefined> {
    const { unread, attempt } = outcome;
    outcome.unread = undefined;
    return unread === undefined ? Promise.resolve(undefined) : this.#parts.signals.read(unread, { sent, attempt });
  }

  async #expire(job: OutboxJob, terms: SentTerms): Promise<void> {
    const { store, clock, log } = this.#parts;
    const data = {
      code: 'RETRIES_EXHAUSTED',
      attempts: job.attempt - 1,
      lastState: terms.state,
      ...deliveryFailure(terms.state),
    };
    const event = eventOf(job, 'message.expired', { at: clock.now(), data });
    const held = await store.recordAttempt(job.lease, undefined, { kind: 'end', state: 'EXPIRED', event });
    if (held) this.#parts.ended('EXPIRED');
    log.warn({ messageId: job.messageId, ...data }, 'message expired');
  }

  async #sendSignal(job: OutboxJob): Promise<void> {
    const { attempt } = await makeAttempt(job, this.#parts);
    this.#parts.log.info({ messageId: job.messageId, ...attempt }, 'signal sent');
    await this.#parts.store.recordAttempt(job.lease, attempt, { kind: 'done' });
  }
}

/** Best effort ends with its one attempt; a reliable message waits for its Acknowledgment or for its next attempt. */
function afterAttempt(
  job: OutboxJob,
  terms: SentTerms,
  { attempt, transmitted, signal }: Omit<AttemptOutcome, 'unread'>,
): AfterAttempt {
  const dueAt = nextDue(terms, attempt.number, attempt.startedAt);
  if (dueAt !== undefined) return transmitted ? { kind: 'wait', dueAt, state: 'SENT' } : { kind: 'wait', dueAt };
  if (severityOf(signal) === 'Error') return failed(job, attempt, { code: 'PEER_REFUSED', ...told(signal) });
  if (!transmitted) return failed(job, attempt, { code: attempt.code ?? 'PEER_ANSWER' });
  return {
    kind: 'end',
    state: 'DELIVERED',
    event: eventOf(job, 'message.delivered', { at: attempt.endedAt, data: {} }),
  };
}

function severityOf(signal: AttemptOutcome['signal']): 'Error' | 'Warning' | undefined {
  return signal?.message.kind === 'ErrorMessage' ? signal.message.errorList.highestSeverity : undefined;
}

function told(signal: AttemptOutcome['signal']): NewEvent['data'] {
  return signal?.message.kind === 'ErrorMessage' ? errorData(signal.message.errorList) : {};
}

function failed(job: OutboxJob, attempt: AttemptOutcome['attempt'], why: NewEvent['data']): AfterAttempt {
  const data = { ...why, detail: attempt.detail ?? '', status: attempt.status ?? 0 };
  return { kind: 'end', state: 'FAILED', event: eventOf(job, 'message.failed', { at: attempt.endedAt, data }) };
}

function eventOf(job: OutboxJob, type: NewEvent['type'], what: Pick<NewEvent, 'at' | 'data'>): NewEvent {
  return { type, ...what, messageId: job.messageId, direction: 'out', cpaId: job.message?.cpaId };
}
