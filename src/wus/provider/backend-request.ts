import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { BackendRequest } from '../../ports/backend.ts';
import { writeEnvelope } from '../envelope/write-envelope.ts';
import { attachmentSource } from '../mtom/attachments.ts';
import { writeWusPackage } from '../mtom/write-package.ts';
import { ENVELOPE_TYPE, withoutAttachments } from '../outgoing/write-message.ts';
import type { JsonTranslation } from '../parts.ts';
import type { AcceptedRequest } from './stages.ts';

/**
 * A request as the backend of its service reads it. As SOAP its attachments stay what they are and stream; in the other formats they
 * are put into the body as base64. Throws XML_LIMIT, WUS_ATTACHMENT, TRANSLATION_IMPOSSIBLE, STORE_UNAVAILABLE.
 */
export async function backendRequest(accepted: AcceptedRequest, by: BackendWriter): Promise<BackendRequest> {
  const { service, operation, addressing, partner } = accepted;
  const { destination, timeoutMs } = service.backend;
  return {
    destination,
    service: service.name,
    operation: operation.name,
    action: addressing.action,
    messageId: addressing.messageId,
    partner,
    timeoutMs,
    maxBytes: service.maxEnvelopeBytes,
    ...(await contentFor(accepted, by)),
  };
}

export interface BackendWriter {
  readonly payloads: PayloadStore;
  readonly translation: JsonTranslation;
}

type BackendContent = Pick<BackendRequest, 'contentType' | 'contentLength' | 'body'>;

async function contentFor(
  { service, operation, content }: AcceptedRequest,
  { payloads, translation }: BackendWriter,
): Promise<BackendContent> {
  const source = attachmentSource(content.attachments, payloads);
  if (service.backend.format === 'soap') {
    const envelope = writeEnvelope([], content.body);
    if (content.attachments.length === 0) return { ...whole(envelope), contentType: ENVELOPE_TYPE };
    return writeWusPackage(envelope, content.attachments, source);
  }
  const body = await withoutAttachments(content, source, service.maxEnvelopeBytes).catch(tooLarge);
  if (service.backend.format === 'xml') return { ...whole(body), contentType: 'application/xml; charset=UTF-8' };
  return { ...whole(translation.toJson(body, operation.input, service.wsdl)), contentType: 'application/json' };
}

/** The partner sent more than this service takes, and hears so. */
function tooLarge(thrown: unknown): never {
  if (!(thrown instanceof GatewayError) || thrown.code !== 'WUS_INLINE_LIMIT') throw thrown;
  throw new GatewayError('XML_LIMIT', { detail: thrown.detail ?? thrown.message, cause: thrown });
}

function whole(body: Buffer): { readonly body: Uint8Array | Readable; readonly contentLength: number } {
  return { body, contentLength: body.length };
}
