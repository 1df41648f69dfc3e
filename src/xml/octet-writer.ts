const CHUNK = 64 * 1024;
/** Shorter strings and ranges are written octet by octet, which is quicker than a call out of JavaScript. */
const SHORT = 24;

/** The chunk of the last writer that is done: making one costs more than a small document. */
let spare: Buffer | undefined;

/** Collects octets in one chunk of memory; `sink` is handed what is in it when it is full, and must be done with it on return. */
export class OctetWriter {
  readonly #sink: (octets: Buffer) => void;
  readonly #chunk: Buffer;
  #at = 0;

  constructor(sink: (octets: Buffer) => void) {
    this.#sink = sink;
    this.#chunk = spare ?? Buffer.allocUnsafeSlow(CHUNK);
    spare = undefined;
  }

  /** An octet string. */
  write(octets: string): void {
    const { length } = octets;
    if (length > CHUNK - this.#at) {
      this.flush();
      if (length > CHUNK) return this.#sink(Buffer.from(octets, 'latin1'));
    }
    const chunk = this.#chunk;
    let at = this.#at;
    this.#at = at + length;
    if (length < SHORT) for (let index = 0; index < length; index++) chunk[at++] = octets.charCodeAt(index);
    else chunk.write(octets, at, 'latin1');
  }

  /** Octets that stand in `source`. */
  copy(source: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length > CHUNK - this.#at) {
      this.flush();
      if (length > CHUNK) return this.#sink(source.subarray(from, to));
    }
    const chunk = this.#chunk;
    let at = this.#at;
    this.#at = at + length;
    if (length < SHORT) for (let index = from; index < to; index++) chunk[at++] = source[index] ?? 0;
    else source.copy(chunk, at, from, to);
  }

  /** Hands over what is in the chunk. */
  flush(): void {
    if (this.#at > 0) this.#sink(this.#chunk.subarray(0, this.#at));
    this.#at = 0;
  }

  /** Hands the rest to `last`, and gives what that gives. Nothing is written afterwards. */
  finish<T>(last: (octets: Buffer) => T): T {
    const result = last(this.#chunk.subarray(0, this.#at));
    spare = this.#chunk;
    return result;
  }
}
