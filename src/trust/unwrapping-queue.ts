import type { KeyObject } from 'node:crypto';
import { unwrapKey, type WrappedKey } from '../xmlsec/encryption/unwrap-key.ts';
import { KeyThread } from './key-thread.ts';

/** More than this in one turn of the event loop: the thread is worth its memory. */
const STARTS_THREAD = 2;

/**
 * Unwraps keys. The library has no RSA decryption for the pool, so a single one now and then is done where it stands: handing it
 * over would hold the main thread as long as doing it. Under load a thread takes them in batches (docs/adr/0006).
 */
export class UnwrappingQueue {
  readonly #keys: readonly KeyObject[];
  readonly #thread: KeyThread;
  #inTurn = 0;

  constructor(keys: readonly KeyObject[]) {
    this.#keys = keys;
    this.#thread = new KeyThread(keys);
  }

  /** Tries the keys with those numbers; see `unwrapKey`. Throws BUSY when the thread died: the work may be repeated. */
  async unwrap(keys: readonly number[], { wrapping, wrapped, length }: WrappedKey): Promise<Buffer> {
    if (this.#thread.online) return this.#thread.run({ keys, operation: { wrapping, length }, data: wrapped });
    if (this.#inTurn++ === 0) setImmediate(() => this.#turn());
    if (this.#inTurn > STARTS_THREAD) this.#thread.start();
    return unwrapKey(
      keys.flatMap((key) => this.#keys[key] ?? []),
      { wrapping, wrapped, length },
    );
  }

  #turn(): void {
    this.#inTurn = 0;
  }
}
