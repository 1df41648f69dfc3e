import { isContentId, isPartContentType } from '../mime/writer.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { MessageDetail, PayloadRecord } from '../ports/store.ts';
import type { RawMessage } from './gateway.ts';
import { packMessage } from './outbound/package.ts';

const OTHERWISE = 'application/octet-stream';

/**
 * The message as an HTTP body. Of a received one envelope and parts are kept, not the package: boundary, part headers
 * and transfer encodings are ours, and what a header cannot carry is replaced.
 */
export function rawMessage(
  { direction, messageId, envelope, payloads }: MessageDetail,
  store: PayloadStore,
): RawMessage {
  const parts = direction === 'out' ? payloads : payloads.map(writable);
  const root = isContentId(messageId) ? messageId : 'envelope';
  const { headers, contentLength, body } = packMessage({ messageId: root, envelope, payloads: parts }, store);
  return { contentType: headers['content-type'] ?? 'text/xml', contentLength, body };
}

/** What a partner sent as Content-ID and Content-Type may be more than `writeMultipart` writes. */
function writable(payload: PayloadRecord): PayloadRecord {
  return {
    ...payload,
    contentId: isContentId(payload.contentId)
      ? payload.contentId
      : encodeURIComponent(payload.contentId.toWellFormed()),
    contentType: isPartContentType(payload.contentType) ? payload.contentType : OTHERWISE,
  };
}
