import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../src/index.ts';
import type { StoredContent, SubmittedPayload } from '../../../src/index.ts';
import type { RestLimits } from '../options.ts';
import { FieldErrors } from '../field-errors.ts';
import { BoundaryCounter, boundaryOf } from './count-parts.ts';
import { checkMessagePart } from './message-part.ts';
import type { MessagePart } from './message-part.ts';
import type { ReceivedPayloads } from './received-payloads.ts';

const MESSAGE_MAX_BYTES = 256 * 1024;
const NAME_MAX = 255;

interface PayloadPart {
  readonly name: string | undefined;
  readonly contentType: string;
  readonly content: StoredContent;
}

/**
 * Reads multipart/form-data: one part `message` and any number of parts `payload`, in any order, the payloads streaming
 * into the payload store. Throws REQUEST_INVALID, FieldErrors, HTTP_TOO_LARGE.
 */
export async function readMultipart(
  request: FastifyRequest,
  received: ReceivedPayloads,
  limits: RestLimits,
): Promise<{ readonly message: MessagePart; readonly payloads: readonly SubmittedPayload[] }> {
  if (Number(request.headers['content-length'] ?? 0) > limits.upload) throw new GatewayError('HTTP_TOO_LARGE');
  const { text, parts } = await readParts(request, received, limits).catch((thrown: unknown) => {
    throw isFormDataError(thrown) ? malformed(thrown) : thrown;
  });
  if (text === undefined) throw new FieldErrors([{ location: 'message', detail: 'is required' }]);
  const message = checkMessagePart(request, text, limits);
  return { message, payloads: join(message, parts) };
}

async function readParts(
  request: FastifyRequest,
  received: ReceivedPayloads,
  limits: RestLimits,
): Promise<{ readonly text: Buffer | undefined; readonly parts: readonly PayloadPart[] }> {
  const budget = new Budget(limits.upload);
  const parts: PayloadPart[] = [];
  let text: Buffer | undefined;
  const counter = new BoundaryCounter(boundaryOf(request.headers['content-type']) ?? '');
  request.raw.on('data', (chunk: Uint8Array) => counter.see(chunk));
  for await (const part of request.parts({ limits: { files: limits.parts + 1, parts: limits.parts + 1 } })) {
    const file = expectFile(part);
    if (file.fieldname === 'payload') {
      parts.push(await storePayload(file, received, budget));
    } else if (file.fieldname === 'message' && text === undefined) {
      text = await collect(file, budget);
    } else {
      throw unexpected(file.fieldname);
    }
  }
  if (counter.parts !== parts.length + (text === undefined ? 0 : 1)) throw undescribed();
  return { text, parts };
}

/** The parser throws plain errors for what is no form-data; everything else on the way throws errors with a code. */
function isFormDataError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === 'Error' && !('code' in thrown) && !(thrown instanceof FieldErrors);
}

function malformed(cause: Error): GatewayError {
  return new GatewayError('REQUEST_INVALID', { detail: `the multipart body is malformed: ${cause.message}`, cause });
}

/** `isPartAFile` says yes to every part, so that nothing is decoded or cut on the way. */
function expectFile(part: Multipart): MultipartFile {
  if (part.type !== 'file') throw unexpected(part.fieldname);
  if (AS_THEY_ARE.has(part.encoding.toLowerCase())) return part;
  throw new GatewayError('REQUEST_INVALID', {
    location: part.fieldname.slice(0, NAME_MAX),
    detail: 'a part with a Content-Transfer-Encoding is not decoded: send its octets as they are',
  });
}

/** @spec RFC 2045 §6.2; RFC 7578 §4.7 */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

function unexpected(name: string | undefined): GatewayError {
  const again = name === 'message' ? 'the part message comes twice' : 'the parts are message (once) and payload';
  return new GatewayError('REQUEST_INVALID', { location: String(name).slice(0, NAME_MAX), detail: again });
}

function undescribed(): GatewayError {
  const detail = 'a part has no Content-Disposition: form-data; name="…"';
  return new GatewayError('REQUEST_INVALID', { location: 'body', detail });
}

async function storePayload(file: MultipartFile, received: ReceivedPayloads, budget: Budget): Promise<PayloadPart> {
  const name: string | undefined = file.filename;
  if (name !== undefined && (name.length > NAME_MAX || /\p{Cc}/u.test(name))) {
    throw new FieldErrors([{ location: 'payload', detail: 'the file name is too long or holds control characters' }]);
  }
  const content = await received.store(budget.count(file.file));
  return { name: name === '' ? undefined : name, contentType: file.mimetype, content };
}

async function collect(file: MultipartFile, budget: Budget): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of budget.count(file.file)) {
    size += chunk.length;
    if (size > MESSAGE_MAX_BYTES) throw new GatewayError('HTTP_TOO_LARGE', { location: 'message' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What `message` says of a payload counts more than what its part says: form-data libraries drop parameters. */
function join(message: MessagePart, parts: readonly PayloadPart[]): readonly SubmittedPayload[] {
  const named = message.payloads;
  if (named !== undefined && named.length !== parts.length) {
    const detail = `names ${named.length} payloads, but ${parts.length} came`;
    throw new FieldErrors([{ location: '/payloads', detail }]);
  }
  return parts.map((part, index) => {
    const name = named?.[index]?.name ?? part.name;
    const contentType = named?.[index]?.contentType ?? part.contentType;
    return { contentType, content: part.content, ...(name === undefined ? {} : { name }) };
  });
}

/** Counts octets over all parts of a request. */
class Budget {
  #left: number;

  constructor(octets: number) {
    this.#left = octets;
  }

  async *count(octets: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of octets) {
      this.#left -= chunk.length;
      if (this.#left < 0) throw new GatewayError('HTTP_TOO_LARGE');
      yield chunk;
    }
  }
}
