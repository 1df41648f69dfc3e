const LEAST = 1024;

/**
 * Puts octets behind those that were held back. The memory doubles, so that what is held is not copied once for each octet that a
 * peer sends by itself. What was handed out is never written over.
 */
export class Seam {
  #room: Buffer = Buffer.alloc(0);
  /** Where what was written last ends. */
  #end = 0;

  join(held: Buffer, octets: Uint8Array): Buffer {
    const isThere = held.buffer === this.#room.buffer && held.byteOffset + held.length === this.#end;
    const length = held.length + octets.length;
    const fits = (isThere ? octets.length : length) <= this.#room.length - this.#end;
    if (!fits) {
      this.#room = Buffer.allocUnsafeSlow(Math.max(LEAST, 2 * length));
      this.#end = 0;
    }
    if (!fits || !isThere) this.#write(held);
    this.#write(octets);
    return this.#room.subarray(this.#end - length, this.#end);
  }

  #write(octets: Uint8Array): void {
    this.#room.set(octets, this.#end);
    this.#end += octets.length;
  }
}
