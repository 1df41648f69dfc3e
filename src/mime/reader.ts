import { GatewayError } from '../errors.ts';
import type { ContentType } from './content-type.ts';
import { DEFAULT_MIME_LIMITS, type MimeLimits } from './limits.ts';
import { type PartHeaders, parsePartHeaders } from './part-headers.ts';
import { Seam } from './seam.ts';
import { type TransferDecoder, transferDecoder } from './transfer-decoder.ts';

export { DEFAULT_MIME_LIMITS, type MimeLimits } from './limits.ts';
export { rootContentId } from './content-type.ts';
export type { PartHeaders } from './part-headers.ts';

/**
 * Is told the parts in their order. `data` gets octets after transfer decoding, in pieces that need not be those that came in;
 * they may be views on the chunk that was written. What was told counts only once `MimeReader.end` has returned.
 */
export interface PartHandler {
  begin(headers: PartHeaders, index: number): void;
  data(octets: Uint8Array): void;
  end(): void;
}

/**
 *   preamble ──boundary──> boundary ──CRLF──> headers ──empty line──> body ──┐
 *                             ^  │                                          │
 *                             │  └──"--"──> epilogue                        │
 *                             └─────────────────── boundary ────────────────┘
 */
type State = 'preamble' | 'boundary' | 'headers' | 'body' | 'epilogue';

/** RFC 2046 §5.1.1 allows fewer characters; no peer's own choice is refused for that. */
const BOUNDARY = /^[\x20-\x7e]{0,69}[\x21-\x7e]$/;
const TAB = 0x09;
const SPACE = 0x20;
const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;
const NOTHING = Buffer.alloc(0);
const LINE_END = 2;
/** The step needs octets that have not come yet. */
const WAIT = -1;

/**
 * Streaming reader of a multipart package: write chunks cut anywhere, then end. Memory does not grow with the package.
 *
 * Lines end in CRLF and nothing else: the octets between two boundaries are signed, so that a line end may never be guessed.
 * Where two readers could see different parts (the boundary after a bare LF, a line that goes on behind the boundary, the boundary
 * again in the epilogue, a second Content-ID of the same value) the package is refused.
 * Throws MIME_MALFORMED and MIME_LIMIT, from the constructor too (no usable boundary); after that the reader is of no more use.
 * @spec RFC 2046 §5.1, RFC 2387
 */
export class MimeReader {
  readonly #handler: PartHandler;
  readonly #limits: MimeLimits;
  readonly #delimiter: Buffer;
  readonly #contentIds = new Set<string>();
  #state: State = 'preamble';
  #held: Buffer = NOTHING;
  readonly #seam = new Seam();
  /** Octets of what is held in which nothing was found: a step that waits is not done again from its start. */
  #looked = 0;
  #total = 0;
  #parts = 0;
  #skipped = 0;
  /** Nothing of this body (or preamble) was passed on yet: a boundary right here begins a line. */
  #fresh = true;
  #decoder: TransferDecoder | undefined;

  constructor(contentType: ContentType, handler: PartHandler, limits: MimeLimits = DEFAULT_MIME_LIMITS) {
    const boundary = contentType.parameters.get('boundary');
    if (boundary === undefined || !BOUNDARY.test(boundary)) throw malformed('no usable boundary in the Content-Type');
    this.#delimiter = Buffer.from(`--${boundary}`, 'latin1');
    this.#handler = handler;
    this.#limits = limits;
  }

  write(chunk: Uint8Array): void {
    this.#total += chunk.length;
    if (this.#total > this.#limits.maxBytes) throw overLimit(`more than ${this.#limits.maxBytes} octets`);
    const octets = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#take(this.#held.length === 0 ? octets : this.#joined(octets));
  }

  /**
   * What was held and what comes, as one. Of much only the seam is copied and read; what is held after that stands in
   * `octets` as well, mostly.
   */
  #joined(octets: Buffer): Buffer {
    const seam = this.#delimiter.length + LINE_END;
    if (octets.length <= seam) return this.#seam.join(this.#held, octets);
    this.#take(this.#seam.join(this.#held, octets.subarray(0, seam)));
    const { length } = this.#held;
    return length <= seam ? octets.subarray(seam - length) : this.#seam.join(this.#held, octets.subarray(seam));
  }

  #take(input: Buffer): void {
    let at = 0;
    for (let next = this.#step(input, at); next !== WAIT; next = this.#step(input, at)) at = next;
    this.#hold(input, at);
  }

  end(): void {
    if (this.#state !== 'epilogue') throw malformed('the closing boundary is missing');
    if (this.#parts === 0) throw malformed('there is no part');
    if (!/^[ \t]*(?:\r?\n|$)/.test(this.#held.toString('latin1'))) throw malformed('the closing boundary goes on');
    if (this.#find(this.#held, 0) !== WAIT) throw malformed('a boundary after the closing one');
  }

  /** Goes on from `at` and answers where the next step begins, or WAIT. */
  #step(input: Buffer, at: number): number {
    if (this.#state === 'boundary') return this.#afterBoundary(input, at);
    if (this.#state === 'headers') return this.#headers(input, at);
    return this.#state === 'epilogue' ? WAIT : this.#content(input, at);
  }

  #content(input: Buffer, at: number): number {
    const found = this.#find(input, at);
    if (found === WAIT) return WAIT;
    // The line end before a boundary belongs to the boundary.
    if (found > at) this.#pass(input.subarray(at, found - LINE_END));
    if (this.#state === 'body') this.#endPart();
    this.#state = 'boundary';
    return found + this.#delimiter.length;
  }

  /** Index of the next boundary that begins a line, or WAIT. In the middle of a line it is content like any other. */
  #find(input: Buffer, at: number): number {
    let found = input.indexOf(this.#delimiter, at);
    while (found >= 0) {
      if (found === at && this.#fresh) return found;
      const before = input[found - 1];
      if (before === LF && found - 2 >= at && input[found - 2] === CR) return found;
      if (before === LF || before === CR) {
        // Refused for the same wherever the package is cut.
        if (this.#state === 'preamble') this.#skip(Math.max(0, found - LINE_END - at));
        throw malformed('a boundary after a line that does not end in CRLF');
      }
      found = input.indexOf(this.#delimiter, found + 1);
    }
    return WAIT;
  }

  #afterBoundary(input: Buffer, at: number): number {
    if (input.length < at + 2) return WAIT;
    if (input[at] === HYPHEN && input[at + 1] === HYPHEN) {
      this.#state = 'epilogue';
      this.#fresh = false;
      return at + 2;
    }
    let end = at + this.#looked;
    while (input[end] === SPACE || input[end] === TAB) end += 1;
    if (end - at > this.#limits.maxHeaderBytes) throw overLimit('too many blanks behind a boundary');
    const [first = CR, second = LF] = input.subarray(end, end + 2);
    if (first !== CR || second !== LF) throw malformed('a line begins with the boundary and goes on');
    this.#looked = end - at;
    if (input.length < end + 2) return WAIT;
    this.#looked = 0;
    this.#state = 'headers';
    return end + 2;
  }

  #headers(input: Buffer, at: number): number {
    if (input.length < at + 2) return WAIT;
    const isEmpty = input[at] === CR && input[at + 1] === LF;
    const end = isEmpty ? at : input.indexOf('\r\n\r\n', at + this.#looked, 'latin1');
    // Three of them may be the begin of the empty line.
    const length = (end < 0 ? input.length - 3 : end) - at;
    if (length > this.#limits.maxHeaderBytes) throw overLimit('the header of a part is too long');
    this.#looked = end < 0 ? Math.max(0, length) : 0;
    if (end < 0) return WAIT;
    this.#beginPart(parsePartHeaders(input.subarray(at, end), this.#limits));
    return end + (isEmpty ? 2 : 4);
  }

  #beginPart(headers: PartHeaders): void {
    if (this.#parts >= this.#limits.maxParts) throw overLimit(`more than ${this.#limits.maxParts} parts`);
    if (headers.contentId !== undefined) {
      if (this.#contentIds.has(headers.contentId)) throw malformed('two parts have the same Content-ID');
      this.#contentIds.add(headers.contentId);
    }
    this.#decoder = headers.transferEncoding === 'binary' ? undefined : transferDecoder(headers.transferEncoding);
    this.#handler.begin(headers, this.#parts);
    this.#parts += 1;
    this.#fresh = true;
    this.#state = 'body';
  }

  #endPart(): void {
    if (this.#decoder !== undefined) this.#emit(this.#decoder.end());
    this.#handler.end();
  }

  /** Keeps what the next chunk may continue; of content only as much as a boundary with its line end could need. */
  #hold(input: Buffer, at: number): void {
    let from = at;
    if (this.#state === 'preamble' || this.#state === 'body') {
      from = Math.max(at, input.length - this.#delimiter.length - 1);
      if (from > at) this.#pass(input.subarray(at, from));
    }
    this.#held = from === input.length ? NOTHING : input.subarray(from);
    if (this.#state === 'epilogue' && this.#held.length > this.#limits.maxHeaderBytes) {
      throw overLimit('the epilogue is too long');
    }
  }

  #pass(octets: Buffer): void {
    this.#fresh = false;
    if (this.#state === 'body') {
      this.#emit(this.#decoder === undefined ? octets : this.#decoder.write(octets));
      return;
    }
    this.#skip(octets.length);
  }

  #skip(length: number): void {
    this.#skipped += length;
    if (this.#skipped > this.#limits.maxHeaderBytes) throw overLimit('the preamble is too long');
  }

  #emit(octets: Buffer): void {
    if (octets.length > 0) this.#handler.data(octets);
  }
}

function malformed(detail: string): GatewayError {
  return new GatewayError('MIME_MALFORMED', { detail });
}

function overLimit(detail: string): GatewayError {
  return new GatewayError('MIME_LIMIT', { detail });
}
