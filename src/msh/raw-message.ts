import { isContentId, writablePart } from '../mime/writer.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import type { MessageDetail } from '../ports/store.ts';
import type { RawMessage } from './message-use-cases.ts';
import { packMessage } from './outbound/package.ts';

/**
 * The message as an HTTP body. Of a received one envelope and parts are kept, not the package: boundary, part headers
 * and transfer encodings are ours, and what a header cannot carry is replaced.
 */
export function rawMessage(
  { direction, messageId, envelope, payloads }: MessageDetail,
  store: PayloadStore,
): RawMessage {
  const parts = direction === 'out' ? payloads : payloads.map(writablePart);
  const root = isContentId(messageId) ? messageId : 'envelope';
  const { headers, contentLength, body } = packMessage({ messageId: root, envelope, payloads: parts }, store);
  return { contentType: headers['content-type'] ?? 'text/xml', contentLength, body };
}
