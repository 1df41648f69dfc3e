import type { Readable } from 'node:stream';
import { GatewayError } from '../../errors.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Signer } from '../../ports/trust.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import type { AddressingToWrite } from '../addressing/addressing.ts';
import { writeAddressing } from '../addressing/write-addressing.ts';
import type { WusAttachment, WusContent } from '../content.ts';
import { writeEnvelope } from '../envelope/write-envelope.ts';
import { type AttachmentSource, attachmentSource } from '../mtom/attachments.ts';
import { type Extracted, extractAttachments } from '../mtom/extract-attachments.ts';
import { inlineAttachments } from '../mtom/inline-attachments.ts';
import { writeWusPackage } from '../mtom/write-package.ts';
import { secureEnvelope } from '../security/secure-envelope.ts';
import type { WusService } from '../service.ts';

export interface MessageWriter {
  readonly payloads: PayloadStore;
  readonly signer: Signer;
  readonly certificate: Uint8Array | undefined;
  readonly maxAgeMs: number;
}

export interface MessageToWrite {
  readonly service: Pick<WusService, 'profile' | 'mtom' | 'maxEnvelopeBytes' | 'wsdl'>;
  readonly addressing: AddressingToWrite;
  readonly content: WusContent;
  /** SignatureValues of the request, for an answer. */
  readonly confirms: readonly string[] | undefined;
  /** DER; used where the profile encrypts. */
  readonly encryptFor: Uint8Array | undefined;
  /** ms since 1970. */
  readonly now: number;
}

export interface WrittenMessage {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: Uint8Array | Readable;
  /** Base64; undefined where the profile does not sign. */
  readonly signatureValue: string | undefined;
  /** Forgets the attachments that were made of base64 in the content, once nobody reads `body` any more. Never throws. */
  readonly discard: () => Promise<void>;
}

export const ENVELOPE_TYPE = 'text/xml; charset=UTF-8';

/**
 * Puts content into an envelope as the profile of its service wants it, and into a package where it has attachments. Attachments
 * are put into the Body as base64 where the service sends none, and where the Body is encrypted: beside it they would be readable.
 * Where the service sends attachments, what its schema says is binary becomes one. Nothing is left in the payload store by a throw.
 * Throws WUS_ATTACHMENT, WUS_INLINE_LIMIT (too much to put there), SIGNING_KEY_MISSING, CERTIFICATE_UNTRUSTED, STORE_UNAVAILABLE.
 */
export async function writeMessage(message: MessageToWrite, writer: MessageWriter): Promise<WrittenMessage> {
  const content = await contentToSend(message, writer);
  const discard = (): Promise<void> => discardAll(content.made, writer.payloads);
  try {
    const headers = writeAddressing(message.addressing);
    const attachments = attachmentSource(content.attachments, writer.payloads);
    const { bytes, signatureValue } = await envelopeOf({ headers, body: content.body, attachments }, message, writer);
    if (attachments.all.length === 0)
      return { contentType: ENVELOPE_TYPE, contentLength: bytes.length, body: bytes, signatureValue, discard };
    return { ...writeWusPackage(bytes, attachments.all, attachments), signatureValue, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function contentToSend(
  { service, content }: MessageToWrite,
  { payloads }: Pick<MessageWriter, 'payloads'>,
): Promise<Extracted> {
  const maxBytes = Math.max(service.maxEnvelopeBytes, content.body.length);
  if (service.mtom && !service.profile.encrypted) {
    const limits = { ...DEFAULT_XML_LIMITS, maxBytes };
    return await extractAttachments(content, { schema: service.wsdl.schema, payloads, limits });
  }
  const source = attachmentSource(content.attachments, payloads);
  const body = await withoutAttachments(content, source, service.maxEnvelopeBytes);
  return { body, attachments: [], made: [] };
}

async function discardAll(attachments: readonly WusAttachment[], payloads: PayloadStore): Promise<void> {
  for (const { content } of attachments) await payloads.discard(content);
}

/** The body with base64 in the place of its attachments. Throws WUS_INLINE_LIMIT, WUS_ATTACHMENT, STORE_UNAVAILABLE. */
export async function withoutAttachments(
  { body, attachments }: WusContent,
  source: AttachmentSource,
  maxBytes: number,
): Promise<Buffer> {
  if (attachments.length === 0) return body;
  return await inlineAttachments(body, source, { ...DEFAULT_XML_LIMITS, maxBytes });
}

interface EnvelopeParts {
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly attachments: AttachmentSource;
}

async function envelopeOf(
  parts: EnvelopeParts,
  { service: { profile }, confirms, encryptFor, now }: MessageToWrite,
  { signer, certificate, maxAgeMs }: MessageWriter,
): Promise<{ readonly bytes: Buffer; readonly signatureValue: string | undefined }> {
  if (!profile.signed) return { bytes: writeEnvelope(parts.headers, parts.body), signatureValue: undefined };
  if (certificate === undefined) throw new GatewayError('SIGNING_KEY_MISSING');
  if (profile.encrypted && encryptFor === undefined)
    throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail: 'there is no certificate to encrypt for' });
  return await secureEnvelope(parts, {
    now,
    expiresAfterMs: maxAgeMs,
    signer,
    certificate,
    confirms,
    encryptFor: profile.encrypted ? encryptFor : undefined,
  });
}
