import { Readable } from 'node:stream';
import { GatewayError } from '../../src/errors.ts';
import { parseEnvelope } from '../../src/soap/envelope.ts';
import type { WusAttachment } from '../../src/wus/content.ts';
import type { AttachmentSource } from '../../src/wus/mtom/attachments.ts';
import { WSSE_NAMESPACE } from '../../src/wus/namespaces.ts';
import { decryptBody } from '../../src/wus/security/encryption/open-body.ts';
import { encryptBody, type SealTerms } from '../../src/wus/security/encryption/seal-body.ts';
import type { ArrivedEnvelope, DecryptTerms, OpenedEnvelope } from '../../src/wus/security/security.ts';
import { DEFAULT_XML_LIMITS } from '../../src/xml/limits.ts';
import { parseXml } from '../../src/xml/tree.ts';

export const NO_ATTACHMENTS: AttachmentSource = attachmentsOf({});

/** Attachments that lie in memory. */
export function attachmentsOf(parts: Readonly<Record<string, Buffer>>): AttachmentSource {
  const all: readonly WusAttachment[] = Object.entries(parts).map(([contentId, inline]) => ({
    contentId,
    contentType: 'application/octet-stream',
    size: inline.length,
    content: { inline },
  }));
  return {
    all,
    find(contentId) {
      const found = all.find((one) => one.contentId === contentId);
      if (found === undefined) throw new GatewayError('WUS_ATTACHMENT', { detail: contentId });
      return found;
    },
    open: ({ content }) => Promise.resolve(Readable.from('inline' in content ? [Buffer.from(content.inline)] : [])),
  };
}

export function arrived(envelope: Buffer | string, attachments = NO_ATTACHMENTS): ArrivedEnvelope {
  const document = parseXml(Buffer.from(envelope));
  return { document, soap: parseEnvelope(document), attachments };
}

/** An envelope with an encrypted Body and nothing else in its Security header. */
export function sealedEnvelope(content: string, terms: SealTerms): string {
  const { encryptedKey, body } = encryptBody(Buffer.from(content), terms);
  return envelopeOf(encryptedKey, body.toString());
}

export function envelopeOf(security: string, body: string): string {
  return (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:outer="urn:outer"><soap:Header>' +
    `<wsse:Security xmlns:wsse="${WSSE_NAMESPACE}">${security}</wsse:Security></soap:Header>` +
    `<soap:Body>${body}</soap:Body></soap:Envelope>`
  );
}

export function openWith(
  terms: Partial<DecryptTerms> & Pick<DecryptTerms, 'decrypter'>,
  envelope: Buffer | string,
  attachments = NO_ATTACHMENTS,
): Promise<OpenedEnvelope> {
  const strict: DecryptTerms = { allow: { cbc: false, rsa15: false }, weakened: () => undefined, ...terms };
  return decryptBody(arrived(envelope, attachments), strict, DEFAULT_XML_LIMITS);
}

/** The code that opening ends with, or `opened`. */
export async function outcomeOf(opening: Promise<OpenedEnvelope>): Promise<string> {
  try {
    await opening;
    return 'opened';
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return `${error.code} ${error.location ?? ''}`.trim();
  }
}
