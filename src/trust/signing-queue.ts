import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../errors.ts';
import type { SigningBatch, SigningReply, SigningSettings } from './signing-thread.ts';

const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './signing-thread.ts' : './signing-thread.js',
  import.meta.url,
);
/** More signatures than this under way in the pool at once: the thread is worth its memory. */
const STARTS_THREAD = 6;
/** More than this waits for the thread: the pool helps, for keys so long that one thread is not enough. */
const OVERFLOW = 48;
/** Signatures in one message to the thread: enough to save messages, few enough that the first need not wait for the last. */
const BATCH = 4;

interface Waiting {
  /** Index of the key. */
  readonly key: number;
  readonly digest: string;
  readonly data: Uint8Array;
  readonly resolve: (signature: Buffer) => void;
  readonly reject: (error: GatewayError) => void;
}

const signInPool = promisify(sign);

/**
 * Computes signatures off the main thread. A few at a time go to libuv's pool. Under load a thread of its own takes them
 * in batches: what gathers in one turn of the event loop, and while the batch before is being signed, goes in one
 * message, so that the main thread is not pushed off its core once for every signature (docs/adr/0006).
 */
export class SigningQueue {
  readonly #keys: readonly KeyObject[];
  #inPool = 0;
  #thread: Worker | undefined;
  #online = false;
  /** Not sent yet, and sent but not answered: in the order of sending. */
  #gathered: Waiting[] = [];
  #sent: Waiting[] = [];

  constructor(keys: readonly KeyObject[]) {
    this.#keys = keys;
  }

  /** RSASSA-PKCS1-v1_5 over `data` with key number `key`. Throws BUSY when the thread died: the work may be repeated. */
  sign(key: number, digest: string, data: Uint8Array): Promise<Buffer> {
    if (this.#inPool >= STARTS_THREAD) this.#start();
    if (!this.#online || this.#sent.length >= OVERFLOW) return this.#signInPool(key, digest, data);
    return new Promise((resolve, reject) => {
      this.#gathered.push({ key, digest, data, resolve, reject });
      if (this.#gathered.length === 1) setImmediate(() => this.#flush());
    });
  }

  async #signInPool(key: number, digest: string, data: Uint8Array): Promise<Buffer> {
    const found = this.#keys[key];
    if (found === undefined) throw new Error(`no key ${key}`);
    this.#inPool++;
    try {
      return await signInPool(digest, data, found);
    } finally {
      this.#inPool--;
    }
  }

  #start(): void {
    if (this.#thread !== undefined) return;
    const settings: SigningSettings = { keys: this.#keys };
    const thread = new Worker(THREAD, { workerData: settings });
    this.#thread = thread;
    thread.once('online', () => {
      this.#online = true;
    });
    thread.on('message', (reply: SigningReply) => this.#answered(reply));
    thread.once('error', (cause) => this.#died(cause));
    thread.once('exit', () => this.#died(undefined));
    // It has nothing to keep a process alive for. Last, because a listener for messages takes that back.
    thread.unref();
  }

  #flush(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#sent.push(...gathered);
    for (let from = 0; from < gathered.length; from += BATCH) {
      const batch = gathered.slice(from, from + BATCH);
      this.#thread?.postMessage(pack(batch));
    }
  }

  #answered(reply: SigningReply): void {
    this.#sent.splice(0, reply.length).forEach(({ resolve, reject }, index) => {
      const signature = reply[index];
      if (signature instanceof Uint8Array)
        resolve(Buffer.from(signature.buffer, signature.byteOffset, signature.length));
      else reject(new GatewayError('INTERNAL', { detail: `signing failed: ${signature ?? 'no answer'}` }));
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
    for (const { reject } of lost) reject(new GatewayError('BUSY', { detail: 'the signing thread ended', cause }));
  }
}

function pack(batch: readonly Waiting[]): SigningBatch {
  return {
    keys: batch.map(({ key }) => key),
    digests: batch.map(({ digest }) => digest),
    lengths: batch.map(({ data }) => data.length),
    data: Buffer.concat(batch.map(({ data }) => data)),
  };
}
