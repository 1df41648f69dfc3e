import type { Readable } from 'node:stream';
import { GatewayError } from '../errors.ts';
import { type ContentType, DEFAULT_PART_TYPE, parseContentType, rootContentId } from './content-type.ts';
import type { MemoryAccount } from './envelope-memory.ts';
import type { MimeLimits } from './limits.ts';
import type { PartHeaders } from './part-headers.ts';
import { type IncomingBody, pumpBody } from './pump-body.ts';
import { MimeReader, type PartHandler } from './reader.ts';

export interface ArrivedRoot {
  readonly envelope: Buffer;
  /** The charset parameter of the envelope's own Content-Type. */
  readonly charset: string | undefined;
}

/** A request body taken apart: the envelope in memory, every other part wherever its destination put it. */
export interface CollectedPackage<Part> extends ArrivedRoot {
  readonly parts: readonly Part[];
}

export interface CollectLimits {
  /** SOAP envelope; it is held in memory. */
  readonly maxEnvelopeBytes: number;
  /** Whole request body; parts stream to their destination. */
  readonly maxMessageBytes: number;
  readonly mime: MimeLimits;
  /** Of the request whose body this is: its envelope is counted there. */
  readonly memory?: MemoryAccount | undefined;
}

export interface NamedPart {
  /** '' for a first part that says none: it may turn out to be the root. */
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
}

/** Takes one part while it comes. */
export interface PartSink<Part> {
  /** Answers a promise, which never rejects, when the caller must wait. Throws; `abort` then. */
  write(octets: Uint8Array): Promise<void> | undefined;
  /** Leaves nothing behind when it throws. */
  finish(): Promise<Part>;
  /** Never throws. */
  abort(): Promise<void>;
}

/** Where parts go. */
export interface PartDestination<Part extends NamedPart> {
  /** `root` is undefined for what comes before the root. */
  begin(part: NamedPart, root: ArrivedRoot | undefined): PartSink<Part>;
  /**
   * Told once, when the root is complete: before the parts behind it, in most packages. What it throws, or its promise rejects
   * with, refuses the package: no more of the body is read.
   */
  rootComplete?(root: ArrivedRoot, headers: Pick<PartHeaders, 'contentType'>): Promise<void> | undefined | void;
  /** Asked when a part follows the root: whether neither that part nor what is behind it is worth reading. */
  isRootAlone?(): boolean;
  open(part: Part): Promise<Readable>;
  /** Never throws. */
  discard(part: Part): Promise<void>;
}

/** So much may come before the root: nobody is known yet whose parts these are. Then the first part is the root, or nothing. */
const MAX_AHEAD_BYTES = 16 * 1024 * 1024;

/**
 * Reads a multipart/related body. Memory does not grow with the message. When it throws (MIME_*, HTTP_*, XML_LIMIT, BUSY, and what the
 * destination throws) nothing is left at the destination. @spec RFC 2387
 */
export async function collectPackage<Part extends NamedPart>(
  body: IncomingBody,
  contentType: ContentType,
  { limits, to }: { readonly limits: CollectLimits; readonly to: PartDestination<Part> },
): Promise<CollectedPackage<Part>> {
  const collector = new PackageCollector(rootContentId(contentType), limits, to);
  const reader = new MimeReader(contentType, collector, limits.mime);
  try {
    const consume = (chunk: Buffer): Promise<unknown> | undefined => {
      reader.write(chunk);
      return collector.takePending();
    };
    const isEnough = (): boolean => collector.isEnough;
    await pumpBody(body, limits.maxMessageBytes, { consume, isEnough });
    if (!collector.isEnough) reader.end();
    return await collector.finish();
  } catch (error) {
    await collector.discard();
    throw error;
  }
}

/** Reads a body that is the envelope and nothing else. Throws HTTP_*, XML_LIMIT, BUSY. */
export async function collectEnvelope(
  body: IncomingBody,
  contentType: ContentType,
  limits: CollectLimits,
): Promise<ArrivedRoot> {
  const root = new RootBuffer(limits);
  const consume = (chunk: Buffer): undefined => root.write(chunk);
  await pumpBody(body, limits.maxMessageBytes, { consume });
  return { envelope: root.bytes(), charset: contentType.parameters.get('charset') };
}

class RootBuffer {
  readonly #max: number;
  readonly #memory: MemoryAccount | undefined;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor({ maxEnvelopeBytes, memory }: CollectLimits) {
    this.#max = maxEnvelopeBytes;
    this.#memory = memory;
  }

  write(chunk: Uint8Array): undefined {
    this.#size += chunk.length;
    if (this.#size > this.#max) throw new GatewayError('XML_LIMIT', { detail: `envelope over ${this.#max} octets` });
    this.#memory?.take(chunk.length);
    this.#chunks.push(chunk);
  }

  bytes(): Buffer {
    const [first] = this.#chunks;
    if (first === undefined || this.#chunks.length > 1) return Buffer.concat(this.#chunks);
    return Buffer.from(first.buffer, first.byteOffset, first.length);
  }
}

class PackageCollector<Part extends NamedPart> implements PartHandler {
  readonly #start: string | undefined;
  readonly #to: PartDestination<Part>;
  readonly #buffer: RootBuffer;
  readonly #finished: Promise<Part>[] = [];
  /** Headers of the root while it comes. */
  #inRoot: PartHeaders | undefined;
  #root: ArrivedRoot | undefined;
  #open: PartSink<Part> | undefined;
  #pending: Promise<unknown> | undefined;
  #enough = false;
  #ahead = 0;
  #isFirstRoot = false;

  constructor(start: string | undefined, limits: CollectLimits, to: PartDestination<Part>) {
    this.#start = start;
    this.#to = to;
    this.#buffer = new RootBuffer(limits);
  }

  /** What follows is of no use. */
  get isEnough(): boolean {
    return this.#enough;
  }

  begin(headers: PartHeaders, index: number): void {
    if (this.#enough) return;
    const isRoot = this.#start === undefined ? index === 0 : headers.contentId === this.#start;
    if (isRoot) {
      if (this.#isFirstRoot) throw tooFar();
      this.#inRoot = headers;
      return;
    }
    if (this.#root !== undefined && this.#to.isRootAlone?.() === true) {
      this.#enough = true;
      return;
    }
    if (headers.contentId === undefined && index > 0) {
      throw new GatewayError('MIME_MALFORMED', { detail: `part ${index + 1} has no Content-ID` });
    }
    const { contentId = '', contentType = DEFAULT_PART_TYPE, name } = headers;
    this.#open = this.#to.begin({ contentId, contentType, name }, this.#root);
  }

  data(octets: Uint8Array): void {
    if (this.#inRoot !== undefined) {
      this.#buffer.write(octets);
      return;
    }
    if (this.#root === undefined) this.#countAhead(octets.length);
    this.#wait(this.#open?.write(octets));
  }

  end(): void {
    if (this.#inRoot !== undefined) {
      this.#wait(this.#completeRoot(this.#inRoot));
      this.#inRoot = undefined;
    } else if (this.#open !== undefined) {
      const finished = this.#open.finish();
      finished.catch(() => undefined);
      this.#finished.push(finished);
      this.#open = undefined;
    }
  }

  takePending(): Promise<unknown> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  async finish(): Promise<CollectedPackage<Part>> {
    await this.#pending;
    const parts = await Promise.all(this.#finished);
    if (this.#root !== undefined) return { ...this.#root, parts: this.#isFirstRoot ? parts.slice(1) : parts };
    const [first] = parts;
    if (first === undefined) throw new GatewayError('MIME_MALFORMED', { detail: 'no part at all' });
    return { ...(await this.#takeAsRoot(first)), parts: parts.slice(1) };
  }

  async discard(): Promise<void> {
    await this.#open?.abort();
    for (const outcome of await Promise.allSettled(this.#finished)) {
      if (outcome.status === 'fulfilled') await this.#to.discard(outcome.value);
    }
  }

  /** `start` names no part: then the root is the first one, as if `start` were absent. Peers in the field rely on it. */
  async #takeAsRoot(first: Part): Promise<ArrivedRoot> {
    const stream = await this.#to.open(first);
    for await (const chunk of stream as AsyncIterable<Buffer>) this.#buffer.write(chunk);
    await this.#to.discard(first);
    await this.#completeRoot(first);
    return this.#arrived(first);
  }

  #completeRoot(headers: Pick<PartHeaders, 'contentType'>): Promise<void> | undefined {
    const root = this.#arrived(headers);
    this.#root = root;
    return this.#to.rootComplete?.(root, headers) ?? undefined;
  }

  #arrived({ contentType }: Pick<PartHeaders, 'contentType'>): ArrivedRoot {
    return { envelope: this.#buffer.bytes(), charset: charsetOf(contentType) };
  }

  #countAhead(octets: number): void {
    this.#ahead += octets;
    if (this.#ahead <= MAX_AHEAD_BYTES || this.#isFirstRoot) return;
    const [first] = this.#finished;
    if (first === undefined) throw tooFar();
    this.#isFirstRoot = true;
    this.#wait(first.then((part) => this.#takeAsRoot(part)).then(ignore));
  }

  #wait(promise: Promise<void> | undefined): void {
    if (promise === undefined) return;
    const before = this.#pending;
    this.#pending = before === undefined ? promise : Promise.all([before, promise]);
    // Nobody waits for it where the framing breaks in the same chunk.
    this.#pending.catch(ignore);
  }
}

function ignore(): void {}

function tooFar(): GatewayError {
  return new GatewayError('MIME_LIMIT', { detail: `more than ${MAX_AHEAD_BYTES} octets before the envelope` });
}

function charsetOf(contentType: string | undefined): string | undefined {
  return contentType === undefined ? undefined : parseContentType(contentType)?.parameters.get('charset');
}
