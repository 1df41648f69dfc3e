import { writeMultipart } from '../../mime/writer.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { OutboxJob, PayloadRecord } from '../../ports/store.ts';
import type { OutgoingRequest } from '../../ports/transport.ts';

const ENVELOPE_TYPE = 'text/xml; charset=UTF-8';

/** The HTTP request of a message or signal: bare XML without payloads, else the envelope first. @spec ebMS2 §2.1, §B.2 */
export function packRequest(job: OutboxJob, payloads: PayloadStore): OutgoingRequest {
  return { url: job.endpoint, ...packMessage(job, payloads) };
}

/** What an attempt carries, apart from where it goes. */
export function packMessage(
  { messageId, envelope, payloads }: Pick<OutboxJob, 'messageId' | 'envelope' | 'payloads'>,
  store: PayloadStore,
): Omit<OutgoingRequest, 'url'> {
  if (payloads.length === 0) return { headers: ENVELOPE_HEADERS, contentLength: envelope.length, body: envelope };
  const root = { contentId: messageId, contentType: ENVELOPE_TYPE, bytes: envelope };
  const parts = payloads.map((payload) => partOf(payload, store));
  const { contentType, contentLength, body } = writeMultipart(root, parts);
  return { headers: headersFor(contentType), contentLength, body };
}

function partOf(payload: PayloadRecord, payloads: PayloadStore): Parameters<typeof writeMultipart>[1][number] {
  const { contentId, contentType, name, size, body } = payload;
  return {
    contentId,
    contentType,
    ...(name === undefined ? {} : { name }),
    size,
    body: 'inline' in body ? body.inline : () => payloads.open(body),
  };
}

/** Of a request that is an envelope alone. */
export const ENVELOPE_HEADERS = headersFor(ENVELOPE_TYPE);

function headersFor(contentType: string): Record<string, string> {
  return { 'content-type': contentType, soapaction: '"ebXML"' };
}
