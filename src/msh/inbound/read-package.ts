import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import { type ContentType, parseContentType } from '../../mime/content-type.ts';
import { MimeReader, rootContentId } from '../../mime/reader.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import type { MessageLimits } from '../limits.ts';
import {
  type MimePackage,
  PartCollector,
  type PartDestination,
  type ReceivedPart,
  RootBuffer,
} from './part-collector.ts';

export type { ArrivedRoot, MimePackage, ReceivedPart } from './part-collector.ts';

/**
 * Reads a body of text/xml, or of multipart/related with the envelope as its root part. Memory does not grow with the
 * message. When it throws (MIME_*, HTTP_*, STORE_UNAVAILABLE) nothing is left in the payload store. @spec ebMS2 §2.1
 */
export async function readPackage(
  request: IncomingRequest,
  limits: MessageLimits,
  to: PartDestination,
): Promise<MimePackage> {
  const contentType = requireSoapType(request);
  if (contentType.type === 'text/xml') {
    const root = new RootBuffer(limits.maxEnvelopeBytes);
    await pump(request.body, limits.maxMessageBytes, (chunk) => root.write(chunk));
    return { envelope: root.bytes(), charset: contentType.parameters.get('charset'), parts: [] };
  }
  return readMultipart(request.body, contentType, { limits, ...to });
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
  to: PartDestination & { readonly limits: MessageLimits },
): Promise<MimePackage> {
  const collector = new PartCollector(rootContentId(contentType), to.limits, to);
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
