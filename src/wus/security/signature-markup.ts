import { tag } from '../../xml/writer.ts';
import { DS_NAMESPACE, EXCLUSIVE_NAMESPACE } from '../../xmlsec/algorithms.ts';
import { BASE64_BINARY, WSU_NAMESPACE, X509_TOKEN } from '../namespaces.ts';
import type { SignedPart } from './signed-parts.ts';

const SHA_256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA_256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SIGNED_INFO = '<ds:SignedInfo';
const METHODS =
  tag('ds:CanonicalizationMethod', { Algorithm: EXCLUSIVE_NAMESPACE }) +
  tag('ds:SignatureMethod', { Algorithm: RSA_SHA_256 });

/** Wants wsse declared. @spec X.509 Token Profile 1.1 §3.1 */
export function writeToken(id: string, certificate: Uint8Array): string {
  return tag(
    'wsse:BinarySecurityToken',
    { 'xmlns:wsu': WSU_NAMESPACE, EncodingType: BASE64_BINARY, ValueType: X509_TOKEN, 'wsu:Id': id },
    Buffer.from(certificate).toString('base64'),
  );
}

/** ds:SignedInfo with rsa-sha256 and one Reference a part, each in exclusive canonical form. Wants ds declared. @spec Digikoppeling WB004, WB007 */
export function writeSignedInfo(parts: readonly SignedPart[]): string {
  return tag('ds:SignedInfo', {}, METHODS, ...parts.map(writeReference));
}

const TRANSFORMS = tag('ds:Transforms', {}, tag('ds:Transform', { Algorithm: EXCLUSIVE_NAMESPACE }));
const DIGEST_METHOD = tag('ds:DigestMethod', { Algorithm: SHA_256 });

function writeReference({ id, digest }: SignedPart): string {
  const value = digest.toString('base64');
  return `<ds:Reference URI="#${id}">${TRANSFORMS}${DIGEST_METHOD}<ds:DigestValue>${value}</ds:DigestValue></ds:Reference>`;
}

/** The exclusive canonical form of what `writeSignedInfo` wrote. */
export function canonicalSignedInfo(signedInfo: string): Buffer {
  return Buffer.from(`${SIGNED_INFO} xmlns:ds="${DS_NAMESPACE}"${signedInfo.slice(SIGNED_INFO.length)}`, 'latin1');
}

/** Wants wsse declared. `token` is the Id of the signer's token. @spec Digikoppeling WB010 */
export function writeSignature(signedInfo: string, value: string, token: string): string {
  return tag(
    'ds:Signature',
    { 'xmlns:ds': DS_NAMESPACE },
    signedInfo,
    tag('ds:SignatureValue', {}, value),
    tag(
      'ds:KeyInfo',
      {},
      tag('wsse:SecurityTokenReference', {}, tag('wsse:Reference', { URI: `#${token}`, ValueType: X509_TOKEN })),
    ),
  );
}
