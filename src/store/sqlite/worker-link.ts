import { Worker } from 'node:worker_threads';
import { onceGathered } from '../../clock.ts';
import { GatewayError } from '../../errors.ts';
import type { Argument, OperationName, Result } from './operations/index.ts';
import type { BatchReply, Call, Failure, Reply, WorkerSettings } from './protocol.ts';
import { Slab } from './slab.ts';

/**
 * The line to the worker thread: group commit by draining. While the worker is busy with one batch, calls gather in the
 * next; when it answers (its transaction is on disk), all that gathered goes as one message and becomes one transaction.
 *
 *   down ──start──▶ starting ──opened──▶ idle ──batch──▶ busy ──done, failed──▶ idle ──close──▶ closed
 *    ▲                  │ not opened                       │ thread died
 *    └──────────────────┴──────────────────────────────────┘
 *
 * A thread that died is started again by the next call, unless its database died with it (in memory).
 */
type State = 'down' | 'starting' | 'idle' | 'busy' | 'closed';

/** Longer batches would only make the first of them wait longer. */
const MAX_BATCH = 256;
/** A commit is worth its flush: the thread need not stand idle until the whole crowd is there. */
const ENOUGH = 16;
/** More than this waits only when the disk stands still. */
const MAX_WAITING = 10_000;

export type Put = (octets: Uint8Array) => Uint8Array;

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GatewayError) => void;
}

interface Batch {
  readonly calls: Call[];
  readonly waiters: Waiter[];
  readonly slab: Slab;
}

interface LinkOptions {
  readonly worker: URL;
  readonly settings: WorkerSettings;
  /** Whether the database outlives its thread. */
  readonly restartable: boolean;
}

export class WorkerLink {
  readonly #options: LinkOptions;
  #state: State = 'down';
  #worker: Worker | undefined;
  #queue: Batch[] = [];
  #current: Batch | undefined;
  #waiting = 0;
  #closing: Promise<void> | undefined;
  #whenOpened: Waiter | undefined;
  #whenDrained: (() => void) | undefined;
  #commits = 0;
  #flushing = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Batches that could change something and are on disk. */
  get commits(): number {
    return this.#commits;
  }

  /** Starts the thread. Throws what the worker says when it cannot open the database. */
  open(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#whenOpened = { resolve, reject };
      this.#start();
    });
  }

  /** `pack` makes the argument; octets in it go through `put`. */
  call<Name extends OperationName>(name: Name, pack: (put: Put) => Argument<Name>): Promise<Result<Name>>;
  call(name: OperationName, pack: (put: Put) => unknown): Promise<unknown> {
    if (this.#closing !== undefined) return Promise.reject(unavailable('the store is closed'));
    if (this.#state === 'closed') return Promise.reject(unavailable('the store lost its thread and its memory'));
    if (this.#waiting >= MAX_WAITING) return Promise.reject(unavailable(`${MAX_WAITING} operations wait already`));
    return new Promise((resolve, reject) => {
      const batch = this.#lastBatch();
      const argument = pack((octets) => batch.slab.put(octets));
      batch.calls.push({ name, argument });
      batch.waiters.push({ resolve, reject });
      this.#waiting++;
      if (this.#state === 'down') this.#start();
      else if (this.#state === 'idle') this.#flushSoon();
    });
  }

  /** What waits is finished first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #lastBatch(): Batch {
    const last = this.#queue.at(-1);
    if (last !== undefined && last.calls.length < MAX_BATCH) return last;
    const batch: Batch = { calls: [], waiters: [], slab: new Slab() };
    this.#queue.push(batch);
    return batch;
  }

  #start(): void {
    this.#state = 'starting';
    // A descriptor that a dying thread left open is not closed for it: that would give up the locks of the reading thread.
    const worker = new Worker(this.#options.worker, { workerData: this.#options.settings, trackUnmanagedFds: false });
    let cause: unknown;
    worker.on('message', (reply: Reply) => this.#receive(reply));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#died(cause);
    });
    this.#worker = worker;
  }

  /** Not at once: what comes in the same crowd goes along. */
  #flushSoon(): void {
    if (this.#flushing || this.#queue.length === 0) return;
    this.#flushing = true;
    onceGathered(
      () => this.#queue[0]?.calls.length ?? 0,
      ENOUGH,
      () => {
        this.#flushing = false;
        this.#flush();
      },
    );
  }

  #flush(): void {
    const batch = this.#state === 'idle' ? this.#queue.shift() : undefined;
    if (batch === undefined) return;
    this.#state = 'busy';
    this.#current = batch;
    try {
      this.#worker?.postMessage(batch.calls, batch.slab.buffers);
    } catch (thrown) {
      // An argument that cannot be cloned: a programming mistake of one caller, found before anything was sent.
      this.#settle(() => this.#reject(batch, new GatewayError('INTERNAL', { cause: thrown })));
    }
  }

  #receive(reply: Reply): void {
    if (reply.kind === 'done' || reply.kind === 'failed') return this.#answered(reply);
    if (reply.kind === 'opened') return this.#opened();
    if (reply.kind === 'not-opened') return this.#notOpened(reply.error);
    this.#state = 'closed';
  }

  #opened(): void {
    this.#state = 'idle';
    this.#whenOpened?.resolve(undefined);
    this.#whenOpened = undefined;
    this.#flush();
    this.#checkDrained();
  }

  #notOpened(failure: Failure): void {
    this.#state = 'down';
    this.#worker = undefined;
    const error = toError(failure);
    this.#whenOpened?.reject(error);
    this.#whenOpened = undefined;
    for (const batch of this.#queue.splice(0)) this.#reject(batch, error);
    this.#checkDrained();
  }

  #answered(reply: BatchReply): void {
    const batch = this.#current;
    if (batch === undefined) return;
    if (reply.kind === 'done' && reply.wrote) this.#commits++;
    this.#settle(() => {
      if (reply.kind === 'failed') return this.#reject(batch, toError(reply.error));
      this.#waiting -= batch.waiters.length;
      for (const [index, waiter] of batch.waiters.entries()) {
        const result = reply.results[index];
        if (result === undefined) waiter.reject(unavailable('the worker gave no answer'));
        else if ('error' in result) waiter.reject(toError(result.error));
        else waiter.resolve(result.value);
      }
    });
  }

  #settle(tell: () => void): void {
    this.#current = undefined;
    this.#state = 'idle';
    tell();
    this.#flushSoon();
    this.#checkDrained();
  }

  #died(cause: unknown): void {
    const detail = cause instanceof Error ? `the thread of the store ended: ${cause.message}` : 'the thread ended';
    const lost = this.#current === undefined ? [] : [this.#current];
    this.#current = undefined;
    this.#worker = undefined;
    if (this.#state !== 'closed') this.#state = this.#options.restartable ? 'down' : 'closed';
    this.#whenOpened?.reject(unavailable(detail, cause));
    this.#whenOpened = undefined;
    if (this.#state === 'closed') lost.push(...this.#queue.splice(0));
    for (const batch of lost) this.#reject(batch, unavailable(detail, cause));
    if (this.#state === 'down' && this.#queue.length > 0) this.#start();
    this.#checkDrained();
  }

  #reject(batch: Batch, error: GatewayError): void {
    this.#waiting -= batch.waiters.length;
    for (const waiter of batch.waiters) waiter.reject(error);
  }

  async #close(): Promise<void> {
    if (this.#waiting > 0 || this.#state === 'starting') {
      await new Promise<void>((resolve) => {
        this.#whenDrained = resolve;
      });
    }
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage(null, []);
    await ended;
  }

  #checkDrained(): void {
    if (this.#waiting === 0 && this.#state !== 'starting') this.#whenDrained?.();
  }
}

function toError({ code, location, detail }: Failure): GatewayError {
  return new GatewayError(code, {
    ...(location !== undefined && { location }),
    ...(detail !== undefined && { detail }),
  });
}

function unavailable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('STORE_UNAVAILABLE', { detail, cause });
}
