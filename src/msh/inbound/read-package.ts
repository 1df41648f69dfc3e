import { createHash } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import { type ContentType, parseContentType } from '../../mime/content-type.ts';
import { type CollectedPackage, collectEnvelope, collectPackage } from '../../mime/package-collector.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { IncomingRequest } from '../../ports/transport.ts';
import type { MessageLimits } from '../limits.ts';
import { type PartTerms, payloadDestination, type ReceivedPart } from './received-part.ts';

export type { ArrivedRoot } from '../../mime/package-collector.ts';
export type { ReceivedPart } from './received-part.ts';
export type MimePackage = CollectedPackage<ReceivedPart>;

/**
 * Reads a body of text/xml, or of multipart/related with the envelope as its root part. Memory does not grow with the
 * message. When it throws (MIME_*, HTTP_*, BUSY, STORE_UNAVAILABLE, and what `judge` does) nothing is left in the payload store. @spec ebMS2 §2.1
 */
export async function readPackage(
  request: IncomingRequest,
  messageLimits: MessageLimits,
  parts: PartTerms,
): Promise<MimePackage> {
  const limits = { ...messageLimits, memory: request.memory };
  const contentType = requireSoapType(request);
  if (contentType.type === 'text/xml') {
    const root = await collectEnvelope(request.body, contentType, limits);
    const judging = parts.judge?.(root);
    if (judging !== undefined) await judging;
    return { ...root, parts: [] };
  }
  return collectPackage(request.body, contentType, { limits, to: payloadDestination(parts) });
}

function requireSoapType(request: IncomingRequest): ContentType {
  const header = request.headers['content-type'];
  const contentType = typeof header === 'string' ? parseContentType(header) : undefined;
  if (contentType?.type !== 'text/xml' && contentType?.type !== 'multipart/related') {
    throw new GatewayError('HTTP_CONTENT_TYPE', { detail: `Content-Type ${String(header)}` });
  }
  return contentType;
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
