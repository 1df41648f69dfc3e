import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionOptions } from 'node:tls';

const CHUNK = randomBytes(256 * 1024);

/** `size` octets that nobody has to keep, between others where they are given. */
export function largePayload(size: number, around?: { readonly head: Buffer; readonly tail: Buffer }): Readable {
  return Readable.from(around === undefined ? chunks(size) : wrapped(size, around), { objectMode: false });
}

export function digestOfLarge(size: number): Buffer {
  const digest = createHash('sha256');
  for (const chunk of chunks(size)) digest.update(chunk);
  return digest.digest();
}

function* wrapped(size: number, { head, tail }: { readonly head: Buffer; readonly tail: Buffer }): Generator<Buffer> {
  yield head;
  yield* chunks(size);
  yield tail;
}

function* chunks(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= CHUNK.length) yield left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
}

export interface LargeRequest {
  readonly url: URL;
  readonly tls?: ConnectionOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

export interface LargeAnswer {
  readonly body: Buffer;
  /** From the first octet to the end of the answer. */
  readonly ms: number;
}

/** Sends one large request on a connection of its own. */
export async function postLarge({ url, tls, headers, body }: LargeRequest): Promise<LargeAnswer> {
  const started = performance.now();
  const options = { method: 'POST', headers };
  const request =
    tls === undefined ? httpRequest(url, options) : httpsRequest(url, { ...options, ...tls, agent: new Agent() });
  const answered = new Promise<Buffer>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      response.toArray().then((pieces: Buffer[]) => {
        const octets = Buffer.concat(pieces);
        if (response.statusCode !== undefined && response.statusCode < 300) resolve(octets);
        else reject(new Error(`HTTP ${response.statusCode}: ${octets.toString().slice(0, 500)}`));
      }, reject);
    });
  });
  const [octets] = await Promise.all([answered, pipeline(body, request)]);
  return { body: octets, ms: performance.now() - started };
}
