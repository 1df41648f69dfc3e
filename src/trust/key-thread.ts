import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { onceGathered } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { KeyBatch, KeyOperation, KeyReply, KeySettings } from './key-worker.ts';

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './key-worker.ts' : './key-worker.js', import.meta.url);
/** Jobs in one message to the thread: enough to save messages, few enough that the first need not wait for the last. */
const BATCH = 4;

export interface KeyJob {
  /** Index of the key, or of the keys to try in order. */
  readonly keys: number | readonly number[];
  readonly operation: KeyOperation;
  readonly data: Uint8Array;
}

interface Waiting {
  readonly job: KeyJob;
  readonly resolve: (result: Buffer) => void;
  readonly reject: (error: GatewayError) => void;
}

/**
 * A thread that works with private keys, once it is started. What comes in one crowd goes in one message, so
 * that the main thread is not pushed off its core once for every job (docs/adr/0006).
 */
export class KeyThread {
  readonly #keys: readonly KeyObject[];
  #thread: Worker | undefined;
  #online = false;
  /** Not sent yet, and sent but not answered: in the order of sending. */
  #gathered: Waiting[] = [];
  #sent: Waiting[] = [];

  constructor(keys: readonly KeyObject[]) {
    this.#keys = keys;
  }

  /** Whether `run` has somebody to do the work. */
  get online(): boolean {
    return this.#online;
  }

  /** Jobs that were sent and are not answered. */
  get underWay(): number {
    return this.#sent.length;
  }

  start(): void {
    if (this.#thread !== undefined) return;
    const settings: KeySettings = { keys: this.#keys };
    const thread = new Worker(WORKER, { workerData: settings });
    this.#thread = thread;
    thread.once('online', () => {
      this.#online = true;
    });
    thread.on('message', (reply: KeyReply) => this.#answered(reply));
    thread.once('error', (cause) => this.#died(cause));
    thread.once('exit', () => this.#died(undefined));
    // It has nothing to keep a process alive for. Last, because a listener for messages takes that back.
    thread.unref();
  }

  /** Throws BUSY when the thread died: the work may be repeated. */
  run(job: KeyJob): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ job, resolve, reject });
      if (this.#gathered.length > 1) return;
      onceGathered(
        () => this.#gathered.length,
        BATCH,
        () => this.#flush(),
      );
    });
  }

  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#sent.push(...gathered);
    for (let from = 0; from < gathered.length; from += BATCH) {
      const batch = pack(gathered.slice(from, from + BATCH));
      this.#thread?.postMessage(batch, [batch.data.buffer]);
    }
  }

  #answered(reply: KeyReply): void {
    this.#sent.splice(0, reply.length).forEach(({ resolve, reject }, index) => {
      const result = reply[index];
      if (result instanceof Uint8Array) resolve(Buffer.from(result.buffer, result.byteOffset, result.length));
      else reject(new GatewayError('INTERNAL', { detail: `work with a private key failed: ${result ?? 'no answer'}` }));
    });
  }

  /** What waited is refused; the next burst starts a thread again. */
  #died(cause: unknown): void {
    if (this.#thread === undefined) return;
    this.#thread = undefined;
    this.#online = false;
    const lost = [...this.#sent, ...this.#gathered];
    this.#sent = [];
    this.#gathered = [];
    for (const { reject } of lost) {
      reject(new GatewayError('BUSY', { detail: 'the thread with the private keys ended', cause }));
    }
  }
}

/** Octets in a buffer of their own, which is moved: what lies in the pool would take all of the pool along, as a copy. */
function pack(batch: readonly Waiting[]): KeyBatch & { readonly data: Buffer<ArrayBuffer> } {
  const lengths = batch.map(({ job }) => job.data.length);
  const data = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const { job } of batch) {
    data.set(job.data, at);
    at += job.data.length;
  }
  return {
    keys: batch.map(({ job }) => job.keys),
    operations: batch.map(({ job }) => job.operation),
    lengths,
    data,
  };
}
