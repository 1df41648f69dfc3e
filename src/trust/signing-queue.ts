import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { KeyThread } from './key-thread.ts';

/** More signatures than this under way in the pool at once: the thread is worth its memory. */
const STARTS_THREAD = 6;
/** More than this waits for the thread: the pool helps, for keys so long that one thread is not enough. */
const OVERFLOW = 48;

const signInPool = promisify(sign);

/**
 * Computes signatures off the main thread. A few at a time go to libuv's pool; under load a thread of its own takes them in
 * batches (docs/adr/0006).
 */
export class SigningQueue {
  readonly #keys: readonly KeyObject[];
  readonly #thread: KeyThread;
  #inPool = 0;

  constructor(keys: readonly KeyObject[]) {
    this.#keys = keys;
    this.#thread = new KeyThread(keys);
  }

  /** RSASSA-PKCS1-v1_5 over `data` with key number `key`. Throws BUSY when the thread died: the work may be repeated. */
  sign(key: number, digest: string, data: Uint8Array): Promise<Buffer> {
    const thread = this.#thread;
    if (this.#inPool >= STARTS_THREAD) thread.start();
    if (!thread.online || thread.underWay >= OVERFLOW) return this.#signInPool(key, digest, data);
    return thread.run({ keys: key, operation: digest, data });
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
}
