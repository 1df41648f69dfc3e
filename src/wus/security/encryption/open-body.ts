import { GatewayError } from '../../../errors.ts';
import { parseEnvelope } from '../../../soap/envelope.ts';
import { attribute, findChildren, parseXml, type XmlElement } from '../../../xml/tree.ts';
import type { XmlLimits } from '../../../xml/limits.ts';
import { decipherWhole } from '../../../xmlsec/encryption/block-decipher.ts';
import { readContentMethod } from '../../../xmlsec/encryption/encrypted-data.ts';
import { readEncryptedKeyParts } from '../../../xmlsec/encryption/encrypted-key.ts';
import { legacyOf, refuseLegacy } from '../../../xmlsec/encryption/legacy.ts';
import { describeRecipient, findRecipient } from '../../../xmlsec/encryption/recipient.ts';
import { decryptionFailed } from '../../../xmlsec/encryption/refusal.ts';
import { cipherValueOf, requireXenc } from '../../../xmlsec/encryption/xenc-elements.ts';
import { onlyElements } from '../../../xmlsec/strict-elements.ts';
import type { AttachmentSource } from '../../mtom/attachments.ts';
import { binaryContent } from '../../mtom/binary-content.ts';
import { WSSE_NAMESPACE, WSU_NAMESPACE } from '../../namespaces.ts';
import type { ArrivedEnvelope, DecryptTerms, OpenedEnvelope } from '../security.ts';
import { locateEncryption, type SealedBody } from './locate-encryption.ts';
import { readTokenReference } from './token-reference.ts';

/** Octets of a token or of a wrapped key that came as an attachment. */
const SMALL = 64 * 1024;

/**
 * Puts what the Body's cipher text holds in the place of it: in the octets of the document, which is then parsed again, so that
 * prefixes that are declared outside count inside, and signature and reader see one document. What was not encrypted comes back
 * as it is. Throws DECRYPTION_FAILED for every cause, and what the store throws. @spec Digikoppeling WB005, WB006, ENC003, ENC004
 */
export async function decryptBody(
  arrived: ArrivedEnvelope,
  terms: DecryptTerms,
  limits: XmlLimits,
): Promise<OpenedEnvelope> {
  try {
    const sealed = locateEncryption(arrived.soap);
    if (sealed === undefined) return { ...arrived, decrypted: false };
    const plain = await openBody(sealed, arrived.attachments, { ...terms, maxBytes: limits.maxBytes });
    const { bytes } = arrived.document;
    const spliced = Buffer.concat([bytes.subarray(0, sealed.data.start), plain, bytes.subarray(sealed.data.end)]);
    const document = parseXml(spliced, limits);
    return { document, soap: parseEnvelope(document), attachments: arrived.attachments, decrypted: true };
  } catch (error) {
    throw uniform(error);
  }
}

/** What can be said about the cipher text is for the log: a partner cannot tell one cause from another. */
function uniform(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.row.retriable || error.code === 'DECRYPTION_FAILED') return error;
  return decryptionFailed(`${error.code}: ${error.message}`);
}

async function openBody(
  { data, key, security }: SealedBody,
  attachments: AttachmentSource,
  terms: DecryptTerms & { readonly maxBytes: number },
): Promise<Buffer> {
  const { method, cipherData } = readData(data);
  const algorithm = readContentMethod(method);
  const parts = readEncryptedKeyParts(key);
  const used = { algorithm, key: parts };
  refuseLegacy(used, terms.allow);
  const recipient = await readTokenReference(parts.keyInfo, (uri) => tokenAt(uri, security, attachments));
  const certificates = findRecipient(recipient, terms.decrypter.certificates());
  if (certificates.length === 0)
    throw decryptionFailed(`no key of ours belongs to the recipient: ${describeRecipient(recipient)}`);
  const wrapped = await binaryContent(cipherValueOf(parts.cipherData), attachments, SMALL);
  const cipherText = await binaryContent(cipherValueOf(cipherData), attachments, terms.maxBytes);
  for (const weakening of legacyOf(used)) terms.weakened(weakening);
  const unwrapped = await terms.decrypter.unwrap({
    certificates,
    wrapping: parts.wrapping,
    wrapped,
    length: algorithm.keyLength,
  });
  return decipherWhole(algorithm, unwrapped, cipherText);
}

function readData(data: XmlElement): { readonly method: XmlElement; readonly cipherData: XmlElement } {
  const children = onlyElements(data);
  return {
    method: requireXenc(data, children[0], 'EncryptionMethod'),
    cipherData: requireXenc(data, children.at(-1), 'CipherData'),
  };
}

async function tokenAt(uri: string, security: XmlElement, attachments: AttachmentSource): Promise<string | undefined> {
  const token = findChildren(security, WSSE_NAMESPACE, 'BinarySecurityToken').find(
    (one) => uri === `#${attribute(one, WSU_NAMESPACE, 'Id') ?? ''}`,
  );
  return token === undefined ? undefined : (await binaryContent(token, attachments, SMALL)).toString('base64');
}
