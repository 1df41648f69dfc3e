const LINE_END = '\r\n';

/**
 * Counts the boundaries of a multipart body as it passes: the parser passes over a part that has no Content-Disposition,
 * and a payload that nobody reads must not be taken for one that was sent.
 */
export class BoundaryCounter {
  readonly #delimiter: Buffer;
  /** What may be the begin of a boundary that goes on in the next chunk. */
  #rest = Buffer.from(LINE_END, 'latin1');
  #count = 0;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`${LINE_END}--${boundary}`, 'latin1');
  }

  see(chunk: Uint8Array): void {
    const octets = Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let at = octets.indexOf(this.#delimiter); at >= 0; at = octets.indexOf(this.#delimiter, from)) {
      this.#count++;
      from = at + this.#delimiter.length;
    }
    this.#rest = octets.subarray(Math.max(from, octets.length - this.#delimiter.length + 1));
  }

  /** The last boundary closes the body and begins no part. */
  get parts(): number {
    return Math.max(0, this.#count - 1);
  }
}

/** The boundary that a Content-Type names. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
  return quoted ?? bare;
}
