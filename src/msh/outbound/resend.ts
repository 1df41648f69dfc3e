import { GatewayError } from '../../errors.ts';
import type { PayloadStore, StoredContent } from '../../ports/payload-store.ts';
import type { MessageDetail, PayloadRecord } from '../../ports/store.ts';
import type { SubmittedPayload, SubmitRequest } from '../message-use-cases.ts';

/**
 * What sends a stored message once more. Payload files are copied, not shared: each message owns its files, so that
 * removing the one can never take the other's. Throws STORE_UNAVAILABLE when a payload is not what was stored.
 */
export async function resendRequest(message: MessageDetail, payloads: PayloadStore): Promise<SubmitRequest> {
  const { messageId, cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action } = message;
  const { conversationId, refToMessageId, replyTo } = message;
  return {
    cpaId,
    from: fromPartyId,
    to: toPartyId,
    service,
    action,
    conversationId,
    resendOf: messageId,
    ...(fromRole === undefined ? {} : { fromRole }),
    ...(toRole === undefined ? {} : { toRole }),
    ...(refToMessageId === undefined ? {} : { refToMessageId }),
    ...(replyTo === undefined ? {} : { replyTo }),
    payloads: await copyAll(message.payloads, payloads),
  };
}

async function copyAll(
  records: readonly PayloadRecord[],
  payloads: PayloadStore,
): Promise<readonly SubmittedPayload[]> {
  const copies: SubmittedPayload[] = [];
  try {
    for (const record of records) {
      const { name, contentType } = record;
      copies.push({ contentType, content: await copy(record, payloads), ...(name === undefined ? {} : { name }) });
    }
    return copies;
  } catch (error) {
    await Promise.all(copies.map(({ content }) => payloads.discard(content.body)));
    throw error;
  }
}

async function copy({ body, size, sha256, contentId }: PayloadRecord, payloads: PayloadStore): Promise<StoredContent> {
  if ('inline' in body) return { body, size, sha256 };
  const stream = await payloads.open(body);
  const writer = payloads.create();
  try {
    for await (const chunk of stream) await writer.write(octets(chunk));
  } catch (error) {
    await writer.abort();
    throw error;
  }
  const content = await writer.finish();
  if (content.sha256 === sha256) return content;
  await payloads.discard(content.body);
  throw new GatewayError('STORE_UNAVAILABLE', {
    detail: `payload ${contentId} is not what was stored: its digest differs`,
  });
}

function octets(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('a payload stream must give octets');
}
