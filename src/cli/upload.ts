import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { GatewayError } from '../index.ts';

export interface PayloadFile {
  readonly path: string;
  readonly contentType: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.xml': 'text/xml',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.zip': 'application/zip',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};
const OTHERWISE = 'application/octet-stream';
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?$/;

/** `FILE` or `FILE=TYPE`; what stands behind `=` counts as the type only when it is one. */
export function parsePayloadArgument(text: string): PayloadFile {
  for (let at = text.indexOf('='); at > 0; at = text.indexOf('=', at + 1)) {
    const type = text.slice(at + 1);
    if (MEDIA_TYPE.test(type)) return { path: text.slice(0, at), contentType: type };
  }
  return { path: text, contentType: TYPES[extname(text).toLowerCase()] ?? OTHERWISE };
}

/** What is posted. */
export interface Upload {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable;
}

export interface StreamedUpload extends Upload {
  readonly body: Readable;
}

/** A multipart body as it is sent: its first part whole, and what stands before each of the files. */
interface Multipart {
  readonly contentType: string;
  readonly boundary: string;
  readonly head: string;
  readonly heads: readonly string[];
  readonly files: readonly PayloadFile[];
}

/** A multipart/form-data body that streams the files. Throws FILE_MISSING. */
export function formData(message: object, files: readonly PayloadFile[]): Promise<StreamedUpload> {
  const boundary = `postiljon-${randomUUID()}`;
  // The names and types stand in the message: a form cannot carry every one of them unharmed.
  const payloads = files.map(({ path, contentType }) => ({ name: basename(path), contentType }));
  const head = part(boundary, 'name="message"', 'application/json') + JSON.stringify({ ...message, payloads });
  const heads = files.map(() => `\r\n${part(boundary, 'name="payload"; filename="payload"', OTHERWISE)}`);
  return streamed({ contentType: `multipart/form-data; boundary=${boundary}`, boundary, head, heads, files });
}

/** A multipart body that streams its files, with its exact length. Throws FILE_MISSING. */
export async function streamed({ contentType, boundary, head, heads, files }: Multipart): Promise<StreamedUpload> {
  const tail = `\r\n--${boundary}--\r\n`;
  const sizes = await Promise.all(files.map(({ path }) => sizeOf(path)));
  const texts = [head, ...heads, tail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const length = sizes.reduce((sum, size) => sum + size, texts);
  async function* octets(): AsyncIterable<Uint8Array> {
    yield Buffer.from(head);
    for (const [index, { path }] of files.entries()) {
      yield Buffer.from(heads[index] ?? '');
      yield* createReadStream(path);
    }
    yield Buffer.from(tail);
  }
  return {
    headers: { 'Content-Type': contentType, 'Content-Length': String(length) },
    body: Readable.from(octets(), { objectMode: false }),
  };
}

function part(boundary: string, disposition: string, contentType: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${contentType}\r\n\r\n`;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return found.size;
  throw new GatewayError('FILE_MISSING', { location: path, detail: `${path} is no file that can be read` });
}
