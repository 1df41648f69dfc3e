import type { ContentAlgorithm } from './algorithms.ts';
import { Base64Decoder } from './base64-decoder.ts';
import { type BlockDecipher, HELD, openDecipher } from './block-decipher.ts';
import { decryptionFailed } from './refusal.ts';

/**
 * base64 in pieces to plain octets. One buffer holds what waits and what was just decoded, in a row, so that nothing is joined or
 * copied. What comes out is never more than what went in: nothing here decompresses.
 */
export class ContentDecipher {
  readonly #algorithm: ContentAlgorithm;
  readonly #key: Buffer;
  readonly #decoder = new Base64Decoder();
  #work: Buffer = Buffer.alloc(0);
  /** Octets at the start of `#work` that wait. */
  #waiting = 0;
  #decipher: BlockDecipher | undefined;

  constructor(algorithm: ContentAlgorithm, key: Buffer) {
    this.#algorithm = algorithm;
    this.#key = key;
  }

  /** The plain octets that are known so far, perhaps none. Throws DECRYPTION_FAILED for what is not base64. */
  update(base64: Buffer): Buffer {
    this.#makeRoom(Base64Decoder.room(base64.length));
    return this.#take(this.#decoder.decode(base64, this.#work, this.#waiting));
  }

  /** The last plain octets. Throws DECRYPTION_FAILED when the cipher text is not whole or was altered. */
  finish(): Buffer {
    this.#makeRoom(Base64Decoder.room(0));
    const before = this.#take(this.#decoder.finish(this.#work, this.#waiting));
    const decipher = this.#decipher;
    if (decipher === undefined || this.#waiting !== HELD) throw decryptionFailed('CipherValue: too short');
    const last = decipher.finish(this.#work.subarray(0, HELD));
    return before.length === 0 ? last : Buffer.concat([before, last]);
  }

  #take(total: number): Buffer {
    const start = this.#decipher === undefined ? this.#start(total) : 0;
    const end = Math.max(start, total - HELD);
    const plain = this.#decipher?.update(this.#work.subarray(start, end)) ?? NOTHING;
    this.#work.copyWithin(0, end, total);
    this.#waiting = total - end;
    return plain;
  }

  /** Opens the cipher as soon as its iv is there; answers where the cipher text begins. */
  #start(total: number): number {
    const { ivLength } = this.#algorithm;
    if (total < ivLength) return 0;
    const iv = this.#work.subarray(0, ivLength);
    this.#decipher = openDecipher(this.#algorithm, this.#key, iv);
    return ivLength;
  }

  #makeRoom(size: number): void {
    if (this.#work.length >= this.#waiting + size) return;
    const work = Buffer.allocUnsafe(Math.max(this.#algorithm.ivLength, HELD) + size);
    this.#work.copy(work, 0, 0, this.#waiting);
    this.#work = work;
  }
}

const NOTHING = Buffer.alloc(0);
