import type { Clock } from '../../clock.ts';
import { GatewayError } from '../../errors.ts';
import type { HandedMessage, Handover, HandoverJob } from '../../ports/handover.ts';
import type { Log } from '../../ports/log.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Store } from '../../ports/store.ts';
import { backoffMs } from './backoff.ts';

export interface LaneParts {
  readonly store: Pick<Store, 'handovers'>;
  readonly payloads: PayloadStore;
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
const STORE_RETRY_MS = 5_000;
/** So many failures in a row say that the destination is down, and not that a message is bad. */
const DOWN_AFTER = 3;

/**
 * Hands over what waits for one destination. The store is the only truth: a claim leases messages, each is handed over,
 * and what follows is noted under the lease.
 *
 *   wake / timer → claim → deliver ─┬─ confirmed → TAKEN
 *                    ↑              └─ failed → due again after 1 s, 2 s, … 5 min
 *                    └─────────────────────────┘   (refused: when an operator asks for it)
 */
export class Lane {
  readonly #parts: LaneParts;
  readonly #terms: LaneTerms;
  readonly #running = new Set<Promise<void>>();
  #claiming = false;
  #claims: Promise<void> | undefined;
  #again = false;
  #stopped = true;
  #cancelTimer: (() => void) | undefined;
  #timerAt: number | undefined;
  #failures = 0;

  constructor(parts: LaneParts, terms: LaneTerms) {
    this.#parts = parts;
    this.#terms = terms;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Looks for due messages now, or right after the look that is under way. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#claiming) this.#claims = this.#claimAll();
  }

  /** The destination is there again: what waits for its next attempt is tried now. */
  ready(): void {
    if (this.#stopped) return;
    const { store, clock, log } = this.#parts;
    const { destination } = this.#terms;
    store.handovers
      .hastenAll(destination, clock.now())
      .then(() => this.wake())
      .catch((error: unknown) => log.error({ destination, err: error }, 'what waits could not be made due'));
  }

  /** Nothing more is claimed; answers when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#claims;
    await Promise.all(this.#running);
  }

  async #claimAll(): Promise<void> {
    this.#claiming = true;
    try {
      while (this.#again && !this.#stopped && this.#running.size < this.#terms.concurrency) {
        this.#again = false;
        await this.#claimOnce();
      }
    } catch (error) {
      this.#parts.log.error({ destination: this.#terms.destination, err: error }, 'what waits could not be read');
      this.#wakeAt(this.#parts.clock.now() + STORE_RETRY_MS);
    } finally {
      this.#claiming = false;
    }
  }

  async #claimOnce(): Promise<void> {
    const { store, clock } = this.#parts;
    const { destination, concurrency } = this.#terms;
    const now = clock.now();
    const { jobs, nextDue } = await store.handovers.claim({
      destinations: [destination],
      now,
      leaseMs: LEASE_MS,
      limit: concurrency - this.#running.size,
    });
    for (const job of jobs) this.#run(job);
    // What is due and was not claimed waits for a place: each one that becomes free wakes us.
    if (nextDue !== undefined && nextDue > now) this.#wakeAt(nextDue);
  }

  #wakeAt(at: number): void {
    if (this.#stopped || (this.#timerAt !== undefined && this.#timerAt <= at)) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#parts.clock.schedule(at, () => {
      this.#timerAt = undefined;
      this.wake();
    });
  }

  #run(job: HandoverJob): void {
    const running = this.#handle(job)
      .catch((error: unknown) => {
        // The lease runs out, and it comes again under the same MessageId.
        const { messageId } = job.header;
        this.#parts.log.error({ messageId, err: error }, 'how handing over ended could not be stored');
      })
      .finally(() => {
        this.#running.delete(running);
        this.wake();
      });
    this.#running.add(running);
  }

  async #handle(job: HandoverJob): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { destination } = this.#terms;
    const fields = { messageId: job.header.messageId, destination, attempt: job.attempt };
    try {
      await this.#deliver(job);
    } catch (thrown) {
      await this.#postpone(job, asFailure(thrown));
      return;
    }
    const held = await store.handovers.confirm(job.lease, clock.now());
    if (held) log.info(fields, 'message handed over');
    else log.warn(fields, 'message handed over, after its lease had run out');
    const wasDown = this.#failures >= DOWN_AFTER;
    this.#failures = 0;
    if (wasDown) this.ready();
  }

  async #deliver(job: HandoverJob): Promise<void> {
    const { clock, payloads } = this.#parts;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = clock.schedule(clock.now() + LONGEST_MS, () =>
      reject(new GatewayError('HANDOVER_FAILED', { detail: 'the destination confirmed nothing within 10 minutes' })),
    );
    try {
      await Promise.race([this.#terms.handover.deliver(handedMessage(job, payloads)), late]);
    } finally {
      cancel();
    }
  }

  async #postpone(job: HandoverJob, { code, detail }: GatewayError): Promise<void> {
    const { store, clock, log, random } = this.#parts;
    const { destination } = this.#terms;
    this.#failures++;
    const at = clock.now();
    const dueAt = code === 'HANDOVER_REFUSED' ? undefined : at + backoffMs(job.attempt, random);
    const fields = { messageId: job.header.messageId, destination, attempt: job.attempt, code, detail };
    log.warn(fields, dueAt === undefined ? 'the destination refuses a message' : 'the destination did not take it yet');
    await store.handovers.postpone(job.lease, { at, dueAt, code, detail });
    if (dueAt !== undefined) this.#wakeAt(dueAt);
  }
}

function handedMessage({ header, payloads, attempt }: HandoverJob, store: PayloadStore): HandedMessage {
  return {
    ...header,
    attempt,
    payloads: payloads.map(({ contentId, name, contentType, size, sha256, body }) => ({
      contentId,
      name,
      contentType,
      size,
      sha256,
      open: () => store.open(body),
    })),
  };
}

function asFailure(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('HANDOVER_FAILED', { detail, cause: thrown });
}
