import { SOAP_NS } from '../../soap/envelope.ts';
import { newId } from '../../ids.ts';
import { tag } from '../../xml/writer.ts';
import { DEFAULT_XML_LIMITS } from '../../xml/limits.ts';
import { inlineAttachments } from '../mtom/inline-attachments.ts';
import { WSSE_NAMESPACE } from '../namespaces.ts';
import { type SignedMarkup, writeConfirmations } from './confirmation.ts';
import { encryptBody } from './encryption/seal-body.ts';
import type { EnvelopeToSecure, SecuredEnvelope, SecureTerms } from './security.ts';
import { canonicalSignedInfo, writeSignature, writeSignedInfo, writeToken } from './signature-markup.ts';
import {
  BODY_END,
  bodyOctets,
  mayInclude,
  signBlock,
  signBody,
  signWritten,
  writeBody,
  type WrittenBody,
} from './signed-parts.ts';
import { writeTimestamp } from './timestamp.ts';

const ENVELOPE_START = `<soap:Envelope xmlns:soap="${SOAP_NS}"><soap:Header>`;
const HEADER_END = '</soap:Header>';
const ENVELOPE_END = Buffer.from('</soap:Envelope>', 'latin1');

/**
 * Writes an envelope whose Timestamp, header blocks, Body and confirmations are signed, each by a Reference of its own, with the
 * certificate as a token; then encrypts the content of the Body, if that is asked. Throws XML_* and WUS_ATTACHMENT for a body that
 * cannot be signed, SIGNING_KEY_MISSING, CERTIFICATE_UNTRUSTED for a receiver's certificate without usable key.
 * @spec Digikoppeling WB001–WB007, WB010, WB012, WB014
 */
export async function secureEnvelope(envelope: EnvelopeToSecure, terms: SecureTerms): Promise<SecuredEnvelope> {
  const { headers, attachments } = envelope;
  // Ids of one envelope differ by their beginnings, and by the rest from all that the content may hold.
  const suffix = newId();
  const [tokenId, bodyId] = [`X509-${suffix}`, `B-${suffix}`];
  const timestamp = writtenTimestamp(`TS-${suffix}`, terms);
  const confirmations =
    terms.confirms === undefined ? [] : writeConfirmations(terms.confirms, (index) => `SC${index}-${suffix}`);
  const body = await bodyToSign(writeBody(bodyId, envelope.body), envelope, terms);
  const signedInfo = writeSignedInfo([
    signWritten(timestamp),
    await signBody(bodyId, body, attachments),
    ...headers.map(signBlock),
    ...confirmations.map(signWritten),
  ]);
  const value = (await terms.signer.sign(terms.certificate, 'sha256', canonicalSignedInfo(signedInfo))).toString(
    'base64',
  );
  const sealed =
    terms.encryptFor === undefined ? undefined : encryptBody(body.content, { certificate: terms.encryptFor });
  const security = tag(
    'wsse:Security',
    { 'xmlns:wsse': WSSE_NAMESPACE, 'soap:mustUnderstand': '1' },
    sealed?.encryptedKey ?? '',
    writeToken(tokenId, terms.certificate),
    writeSignature(signedInfo, value, tokenId),
    timestamp.markup,
    ...confirmations.map(({ markup }) => markup),
  );
  const head = Buffer.from(`${ENVELOPE_START}${security}${headers.join('')}${HEADER_END}`, 'utf8');
  const content = sealed === undefined ? body : { ...body, content: sealed.body };
  return { bytes: Buffer.concat([head, ...bodyOctets(content), ENVELOPE_END]), signatureValue: value };
}

/** What is encrypted has its attachments in it: beside it they would be readable. */
async function bodyToSign(
  written: WrittenBody,
  { attachments }: EnvelopeToSecure,
  { encryptFor, maxBytes = DEFAULT_XML_LIMITS.maxBytes }: SecureTerms,
): Promise<WrittenBody> {
  const { start, content } = written;
  if (encryptFor === undefined || !mayInclude(content)) return written;
  const limits = { ...DEFAULT_XML_LIMITS, maxBytes };
  const whole = await inlineAttachments(Buffer.concat(bodyOctets(written)), attachments, limits);
  return { start, content: whole.subarray(start.length, whole.length - BODY_END.length) };
}

function writtenTimestamp(id: string, { now, expiresAfterMs }: SecureTerms): SignedMarkup {
  return { id, markup: writeTimestamp(id, { created: now, expires: now + expiresAfterMs }) };
}
