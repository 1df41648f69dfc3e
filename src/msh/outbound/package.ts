import { pipeline, type Readable } from 'node:stream';
import { type MimePart, writeMultipart } from '../../mime/writer.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { OutboxJob, PayloadRecord, SealedRecord } from '../../ports/store.ts';
import type { OutgoingRequest } from '../../ports/transport.ts';
import { type SealedPart, sealedSize } from '../../xmlsec/encryption/sealed-part.ts';
import { sealStream } from '../../xmlsec/encryption/seal-stream.ts';

const ENVELOPE_TYPE = 'text/xml; charset=UTF-8';

/** The HTTP request of a message or signal: bare XML without payloads, else the envelope first. @spec ebMS2 §2.1, §B.2 */
export function packRequest(job: OutboxJob, payloads: PayloadStore): OutgoingRequest {
  return { url: job.endpoint, ...packMessage(job, payloads), takesParts: job.message !== undefined };
}

/** What an attempt carries, apart from where it goes. */
export function packMessage(
  { messageId, envelope, payloads }: Pick<OutboxJob, 'messageId' | 'envelope' | 'payloads'>,
  store: PayloadStore,
): Omit<OutgoingRequest, 'url' | 'takesParts'> {
  if (payloads.length === 0) return { headers: ENVELOPE_HEADERS, contentLength: envelope.length, body: envelope };
  const root = { contentId: messageId, contentType: ENVELOPE_TYPE, bytes: envelope };
  const parts = payloads.map((payload) => partOf(payload, store));
  const { contentType, contentLength, body } = writeMultipart(root, parts);
  return { headers: headersFor(contentType), contentLength, body };
}

function partOf(payload: PayloadRecord, payloads: PayloadStore): MimePart {
  const { contentId, contentType, name, size, body, sealed } = payload;
  const named = { contentId, ...(name === undefined ? {} : { name }) };
  if (sealed !== undefined) return { ...named, ...sealedBody(sealedPart(sealed), payload, payloads) };
  return { ...named, contentType, size, body: 'inline' in body ? body.inline : () => payloads.open(body) };
}

/** Encrypted while it is sent: the same octets at each attempt, and in memory never more than a piece. @spec Digikoppeling ENC002 */
function sealedBody(
  sealed: SealedPart,
  { size, body }: PayloadRecord,
  payloads: PayloadStore,
): Pick<MimePart, 'contentType' | 'size' | 'body'> {
  const open = async (): Promise<Readable> => pipeline(await payloads.open(body), sealStream(sealed), () => undefined);
  return { contentType: 'application/xml', size: sealedSize(sealed, size), body: open };
}

/** From the store octets come back as plain arrays. */
function sealedPart({ algorithm, key, iv, head, tail }: SealedRecord): SealedPart {
  return { algorithm, key: asBuffer(key), iv: asBuffer(iv), head: asBuffer(head), tail: asBuffer(tail) };
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** Of a request that is an envelope alone. */
export const ENVELOPE_HEADERS = headersFor(ENVELOPE_TYPE);

function headersFor(contentType: string): Record<string, string> {
  return { 'content-type': contentType, soapaction: '"ebXML"' };
}
