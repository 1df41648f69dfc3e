import { createHash, type Hash } from 'node:crypto';

/** Octets that become base64 at once: a multiple of three, and small enough for the string to live and die young. */
const PIECE = 48 * 1024;
const NOTHING = Buffer.alloc(0);

/** A digest over octets, some of which are given plain and digested as the base64 of them, without line breaks. */
export class Base64Hash {
  readonly #hash: Hash;
  /** Octets of binary content that are no whole group of three yet. */
  #carry: Buffer = NOTHING;

  constructor(digest: string) {
    this.#hash = createHash(digest);
  }

  text(octets: Uint8Array): void {
    this.#hash.update(octets);
  }

  /** Goes on with the binary content. */
  binary(chunk: Uint8Array): void {
    const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = 0;
    if (this.#carry.length > 0) {
      at = Math.min(3 - this.#carry.length, octets.length);
      this.#carry = Buffer.concat([this.#carry, octets.subarray(0, at)]);
      if (this.#carry.length < 3) return;
      this.#encode(this.#carry, 0, 3);
      this.#carry = NOTHING;
    }
    const end = octets.length - ((octets.length - at) % 3);
    for (; at < end; at += PIECE) this.#encode(octets, at, Math.min(at + PIECE, end));
    // A copy: the chunk belongs to whoever gave it.
    if (end < octets.length) this.#carry = Buffer.from(octets.subarray(end));
  }

  /** The binary content is complete. */
  endBinary(): void {
    this.#encode(this.#carry, 0, this.#carry.length);
    this.#carry = NOTHING;
  }

  digest(): Buffer {
    return this.#hash.digest();
  }

  #encode(octets: Buffer, from: number, to: number): void {
    this.#hash.update(octets.toString('base64', from, to), 'latin1');
  }
}
