import { hash, X509Certificate } from 'node:crypto';
import { attribute, type XmlElement } from '../../xml/tree.ts';
import type { ElementIds } from '../../xmlsec/element-ids.ts';
import { findRecipient } from '../../xmlsec/encryption/recipient.ts';
import { onlyElements, requireAttribute } from '../../xmlsec/strict-elements.ts';
import type { AttachmentSource } from '../mtom/attachments.ts';
import { binaryContent } from '../mtom/binary-content.ts';
import { BASE64_BINARY, PKI_PATH_TOKEN, WSSE_NAMESPACE, X509_TOKEN } from '../namespaces.ts';
import { readTokenReference } from './encryption/token-reference.ts';
import { lastOfSequence } from './pki-path.ts';
import type { SecurityHeader, VerifyTerms } from './security.ts';
import { securityRefusal } from './security-header.ts';

/** Octets of a token, also of one with a whole chain. */
const MAX_TOKEN = 64 * 1024;

export interface SignerToken {
  /** DER; nothing has been checked with it yet. */
  readonly certificate: Uint8Array;
  /** wsse:SecurityTokenReference in the KeyInfo of the signature. */
  readonly reference: XmlElement;
  /** The token that it names, with its octets; undefined when the certificate is not in the message. */
  readonly token: { readonly element: XmlElement; readonly octets: Buffer } | undefined;
}

export interface TokenContext {
  readonly security: SecurityHeader;
  readonly ids: ElementIds;
  readonly attachments: AttachmentSource;
  readonly terms: Pick<VerifyTerms, 'allow' | 'certificates'>;
}

/**
 * The certificate that a signature says is its signer's: a BinarySecurityToken of the same Security header, by direct reference.
 * Where the terms allow it, another reference may pick one of the certificates of the partner instead. Nothing is fetched.
 * Throws WUS_TOKEN, SIGNATURE_INVALID, WUS_ATTACHMENT. @spec X.509 Token Profile 1.1 §3, Digikoppeling WB010
 */
export async function findSigner(keyInfo: XmlElement | undefined, context: TokenContext): Promise<SignerToken> {
  if (keyInfo === undefined) throw securityRefusal('WUS_TOKEN', 'no KeyInfo');
  const reference = onlyOne(keyInfo, 'SecurityTokenReference');
  const [kind] = onlyElements(reference);
  if (kind?.localName !== 'Reference' || kind.namespace !== WSSE_NAMESPACE) {
    return { certificate: await pickCertificate(keyInfo, context), reference, token: undefined };
  }
  const element = context.ids.find(requireAttribute(onlyOne(reference, 'Reference'), 'URI'));
  if (!context.security.tokens.includes(element)) throw securityRefusal('WUS_TOKEN', 'the reference names no token');
  const valueType = attribute(element, '', 'ValueType');
  if ((attribute(kind, '', 'ValueType') ?? valueType) !== valueType) {
    throw securityRefusal('WUS_TOKEN', 'the reference names a token of another type');
  }
  const octets = await readToken(element, context.attachments);
  return { certificate: certificateOf(octets, valueType), reference, token: { element, octets } };
}

function onlyOne(parent: XmlElement, localName: string): XmlElement {
  const [child, surplus] = onlyElements(parent);
  if (child?.localName !== localName || child.namespace !== WSSE_NAMESPACE || surplus !== undefined) {
    throw securityRefusal('WUS_TOKEN', `expected one ${localName} in ${parent.localName}`);
  }
  return child;
}

async function readToken(element: XmlElement, attachments: AttachmentSource): Promise<Buffer> {
  if ((attribute(element, '', 'EncodingType') ?? BASE64_BINARY) !== BASE64_BINARY) {
    throw securityRefusal('WUS_TOKEN', 'a token that is not in base64');
  }
  return await binaryContent(element, attachments, MAX_TOKEN);
}

/** Partners sign with the same certificate each time, and taking one apart costs more than verifying with it. */
const KEPT = 256;
const kept = new Map<string, Uint8Array>();

function certificateOf(octets: Buffer, valueType: string | undefined): Uint8Array {
  const digest = hash('sha256', octets, 'base64') + valueType;
  const known = kept.get(digest);
  if (known !== undefined) return known;
  const certificate = certificateIn(octets, valueType);
  const oldest = kept.size >= KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  kept.set(digest, certificate);
  return certificate;
}

/** Exactly one certificate: octets behind it would be something that others read differently. */
function certificateIn(octets: Buffer, valueType: string | undefined): Uint8Array {
  const der = valueType === PKI_PATH_TOKEN ? lastOfSequence(octets) : octets;
  if (der === undefined || (valueType !== PKI_PATH_TOKEN && valueType !== X509_TOKEN)) {
    throw securityRefusal('WUS_TOKEN', `a token of type ${valueType}`);
  }
  if (!isCertificate(der)) throw securityRefusal('WUS_TOKEN', 'the token holds no certificate');
  return der;
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.equals(der);
  } catch {
    return false;
  }
}

const noToken = (): Promise<undefined> => Promise.resolve(undefined);

async function pickCertificate(keyInfo: XmlElement, { terms }: TokenContext): Promise<Uint8Array> {
  if (!terms.allow.keyReferences) throw securityRefusal('WUS_TOKEN', 'the certificate is not a token of the message');
  const named = await readTokenReference(keyInfo, noToken);
  const { certificate, serialNumber, keyIdentifier, thumbprint } = named;
  const names = [certificate, serialNumber, keyIdentifier, thumbprint].filter((name) => name !== undefined);
  const [found, second] = names.length === 1 ? findRecipient(named, terms.certificates) : [];
  if (found === undefined || second !== undefined) {
    throw securityRefusal('WUS_TOKEN', 'the reference names not one of the certificates of the partner');
  }
  return found;
}
