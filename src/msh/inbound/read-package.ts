import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import { type ContentType, parseContentType } from '../../mime/content-type.ts';
import { MimeReader, type PartHandler, type PartHeaders, rootContentId } from '../../mime/reader.ts';
import type { PayloadStore, PayloadWriter, StoredContent } from '../../ports/payload-store.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import type { MessageLimits } from '../limits.ts';

/** A request body taken apart: the envelope in memory, every other part in the payload store. */
export interface MimePackage {
  readonly envelope: Buffer;
  /** The charset parameter of the envelope's own Content-Type. */
  readonly charset: string | undefined;
  readonly parts: readonly ReceivedPart[];
}

export interface ReceivedPart {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly content: StoredContent;
}

/**
 * Reads a body of text/xml, or of multipart/related with the envelope as its root part. Memory does not grow with the
 * message. When it throws (MIME_*, HTTP_*, STORE_UNAVAILABLE) nothing is left in the payload store. @spec ebMS2 §2.1
 */
export async function readPackage(
  request: IncomingRequest,
  limits: MessageLimits,
  payloads: PayloadStore,
): Promise<MimePackage> {
  const contentType = requireSoapType(request);
  if (contentType.type === 'text/xml') {
    const root = new RootBuffer(limits.maxEnvelopeBytes);
    await pump(request.body, limits.maxMessageBytes, (chunk) => root.write(chunk));
    return { envelope: root.bytes(), charset: contentType.parameters.get('charset'), parts: [] };
  }
  return readMultipart(request.body, contentType, { limits, payloads });
}

function requireSoapType(request: IncomingRequest): ContentType {
  const header = request.headers['content-type'];
  const contentType = typeof header === 'string' ? parseContentType(header) : undefined;
  if (contentType?.type !== 'text/xml' && contentType?.type !== 'multipart/related') {
    throw new GatewayError('HTTP_CONTENT_TYPE', { detail: `Content-Type ${String(header)}` });
  }
  return contentType;
}

async function readMultipart(
  body: Readable,
  contentType: ContentType,
  to: { readonly limits: MessageLimits; readonly payloads: PayloadStore },
): Promise<MimePackage> {
  const collector = new PartCollector(rootContentId(contentType), to.limits, to.payloads);
  const reader = new MimeReader(contentType, collector, to.limits.mime);
  try {
    await pump(body, to.limits.maxMessageBytes, (chunk) => {
      reader.write(chunk);
      return collector.takePending();
    });
    reader.end();
    return await collector.finish();
  } catch (error) {
    await collector.discard();
    throw error;
  }
}

/** Reads a stream to its end, chunk by chunk, and waits where the consumer asks for it. */
function pump(
  body: Readable,
  maxBytes: number,
  consume: (chunk: Buffer) => Promise<unknown> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let size = 0;
    const fail = (error: unknown): void => {
      body.off('data', onData);
      body.pause();
      reject(error instanceof Error ? error : new GatewayError('INTERNAL', { cause: error }));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) return fail(new GatewayError('HTTP_TOO_LARGE', { detail: `body over ${maxBytes} octets` }));
      try {
        const wait = consume(chunk);
        if (wait === undefined) return;
        body.pause();
        wait.then(() => body.resume(), fail);
      } catch (error) {
        fail(error);
      }
    };
    body.on('data', onData);
    body.once('end', resolve);
    body.once('error', (cause) => fail(cause instanceof GatewayError ? cause : brokenOff(cause)));
    body.once('close', () => {
      if (!body.readableEnded) fail(brokenOff(undefined));
    });
  });
}

function brokenOff(cause: Error | undefined): GatewayError {
  return new GatewayError('HTTP_MALFORMED', { detail: 'the body broke off', cause });
}

class RootBuffer {
  readonly #max: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  write(chunk: Uint8Array): undefined {
    this.#size += chunk.length;
    if (this.#size > this.#max) throw new GatewayError('XML_LIMIT', { detail: `envelope over ${this.#max} octets` });
    this.#chunks.push(chunk);
  }

  bytes(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined)
      return Buffer.from(first.buffer, first.byteOffset, first.length);
    return Buffer.concat(this.#chunks);
  }
}

interface OpenPart {
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly writer: PayloadWriter;
}

const DEFAULT_PART_TYPE = 'application/octet-stream';

class PartCollector implements PartHandler {
  readonly #start: string | undefined;
  readonly #payloads: PayloadStore;
  readonly #root: RootBuffer;
  readonly #finished: Promise<ReceivedPart>[] = [];
  #rootSeen = false;
  #charset: string | undefined;
  #inRoot = false;
  #open: OpenPart | undefined;
  #pending: Promise<unknown> | undefined;

  constructor(start: string | undefined, limits: MessageLimits, payloads: PayloadStore) {
    this.#start = start;
    this.#payloads = payloads;
    this.#root = new RootBuffer(limits.maxEnvelopeBytes);
  }

  begin(headers: PartHeaders, index: number): void {
    this.#inRoot = this.#start === undefined ? index === 0 : headers.contentId === this.#start;
    if (this.#inRoot) {
      this.#rootSeen = true;
      this.#charset = charsetOf(headers.contentType);
      return;
    }
    if (headers.contentId === undefined && index > 0) {
      throw new GatewayError('MIME_MALFORMED', { detail: `part ${index + 1} has no Content-ID` });
    }
    this.#open = {
      contentId: headers.contentId ?? '',
      contentType: headers.contentType ?? DEFAULT_PART_TYPE,
      name: headers.name,
      writer: this.#payloads.create(),
    };
  }

  data(octets: Uint8Array): void {
    if (this.#inRoot) this.#root.write(octets);
    else this.#wait(this.#open?.writer.write(octets));
  }

  end(): void {
    const part = this.#open;
    if (this.#inRoot || part === undefined) return;
    this.#open = undefined;
    const { writer, ...described } = part;
    const finished = writer.finish().then((content) => ({ ...described, content }));
    finished.catch(() => undefined);
    this.#finished.push(finished);
  }

  takePending(): Promise<unknown> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  async finish(): Promise<MimePackage> {
    await this.#pending;
    const parts = await Promise.all(this.#finished);
    if (this.#rootSeen) return { envelope: this.#root.bytes(), charset: this.#charset, parts };
    return {
      envelope: await this.#takeFirst(parts[0]),
      charset: charsetOf(parts[0]?.contentType),
      parts: parts.slice(1),
    };
  }

  /** `start` names no part: then the root is the first one, as if `start` were absent. Peers in the field rely on it. */
  async #takeFirst(first: ReceivedPart | undefined): Promise<Buffer> {
    if (first === undefined) throw new GatewayError('MIME_MALFORMED', { detail: 'no part at all' });
    const stream = await this.#payloads.open(first.content.body);
    for await (const chunk of stream as AsyncIterable<Buffer>) this.#root.write(chunk);
    await this.#payloads.discard(first.content.body);
    return this.#root.bytes();
  }

  async discard(): Promise<void> {
    await this.#open?.writer.abort();
    for (const outcome of await Promise.allSettled(this.#finished)) {
      if (outcome.status === 'fulfilled') await this.#payloads.discard(outcome.value.content.body);
    }
  }

  #wait(promise: Promise<void> | undefined): void {
    if (promise === undefined) return;
    const before = this.#pending;
    this.#pending = before === undefined ? promise : Promise.all([before, promise]);
  }
}

function charsetOf(contentType: string | undefined): string | undefined {
  return contentType === undefined ? undefined : parseContentType(contentType)?.parameters.get('charset');
}

/** Digest of a part by any algorithm: its SHA-256 is known, another one costs reading the part again. */
export function readDigest(hash: string, part: ReceivedPart, payloads: PayloadStore): Buffer | Promise<Buffer> {
  return hash === 'sha256' ? Buffer.from(part.content.sha256, 'hex') : digestAgain(hash, part, payloads);
}

async function digestAgain(hash: string, part: ReceivedPart, payloads: PayloadStore): Promise<Buffer> {
  const digest = createHash(hash);
  const stream = await payloads.open(part.content.body);
  for await (const chunk of stream as AsyncIterable<Buffer>) digest.update(chunk);
  return digest.digest();
}
