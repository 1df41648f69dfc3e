const SMALLEST = 16 * 1024;
const LARGEST = 1024 * 1024;

/**
 * Octets on their way to the worker: copied once into a few large buffers that are moved, not copied, between threads.
 * Views of a pool or of a network chunk would otherwise drag their whole buffer along.
 */
export class Slab {
  readonly #buffers: ArrayBuffer[] = [];
  #free = new Uint8Array(0);
  #next = SMALLEST;

  /** A copy of `octets` inside the slab; nothing of it may be read once the slab has been moved. */
  put(octets: Uint8Array): Uint8Array {
    if (octets.length > this.#free.length) this.#grow(octets.length);
    const place = this.#free.subarray(0, octets.length);
    place.set(octets);
    this.#free = this.#free.subarray(octets.length);
    return place;
  }

  /** What to name in the transfer list of postMessage. */
  get buffers(): readonly ArrayBuffer[] {
    return this.#buffers;
  }

  #grow(least: number): void {
    // allocUnsafeSlow: not from the pool, so that it can be moved, and not zeroed, since `put` fills what it hands out.
    const buffer = Buffer.allocUnsafeSlow(Math.max(least, this.#next)).buffer;
    this.#next = Math.min(LARGEST, this.#next * 4);
    this.#buffers.push(buffer);
    this.#free = new Uint8Array(buffer);
  }
}
