import { attribute, findChild, simpleText, type XmlElement } from '../../../xml/tree.ts';
import { escapeText, tag } from '../../../xml/writer.ts';
import {
  readRecipient,
  type Recipient,
  subjectKeyIdentifier,
  thumbprintOf,
} from '../../../xmlsec/encryption/recipient.ts';
import { BASE64_BINARY, WSSE_NAMESPACE, X509_TOKEN } from '../../namespaces.ts';

const X509_PROFILE = X509_TOKEN.slice(0, X509_TOKEN.indexOf('#'));
const SKI = `${X509_PROFILE}#X509SubjectKeyIdentifier`;
const THUMBPRINT = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1';
const WHITE_SPACE = /[\t\n\r ]+/g;
const NOBODY: Recipient = {
  keyName: undefined,
  serialNumber: undefined,
  keyIdentifier: undefined,
  certificate: undefined,
};

/** Base64 of the certificate in the token that a direct reference names; undefined when there is no such token. */
export type TokenByUri = (uri: string) => Promise<string | undefined>;

/**
 * For whom a key was wrapped, by any of the references that the norm and its toolkits know: issuer and serial number, subject key
 * identifier, SHA-1 thumbprint, the certificate itself, or a token in the message. It only picks among our own keys.
 * @spec X.509 Token Profile 1.1 §3.2, Digikoppeling WB012
 */
export async function readTokenReference(keyInfo: XmlElement | undefined, token: TokenByUri): Promise<Recipient> {
  const reference = keyInfo && findChild(keyInfo, WSSE_NAMESPACE, 'SecurityTokenReference');
  if (reference === undefined) return readRecipient(keyInfo);
  const direct = findChild(reference, WSSE_NAMESPACE, 'Reference');
  if (direct !== undefined) {
    // What names a token that is not there names nobody here.
    return { ...NOBODY, certificate: (await token(attribute(direct, '', 'URI') ?? '')) ?? '' };
  }
  const identifier = findChild(reference, WSSE_NAMESPACE, 'KeyIdentifier');
  return identifier === undefined ? readRecipient(reference) : readIdentifier(identifier);
}

function readIdentifier(el: XmlElement): Recipient {
  const value = (simpleText(el) ?? '').replace(WHITE_SPACE, '');
  switch (attribute(el, '', 'ValueType')) {
    case SKI:
      return { ...NOBODY, keyIdentifier: value };
    case THUMBPRINT:
      return { ...NOBODY, thumbprint: value };
    case X509_TOKEN:
      return { ...NOBODY, certificate: value };
    default:
      return { ...NOBODY, certificate: '' };
  }
}

/**
 * A ds:KeyInfo that names a certificate by its subject key identifier, or by its thumbprint where it has none: every toolkit reads
 * them alike, where names of issuers are printed in many ways. Wants wsse and ds declared.
 */
export function writeTokenReference(certificate: Uint8Array): string {
  const identifier = subjectKeyIdentifier(certificate);
  return tag(
    'ds:KeyInfo',
    {},
    tag(
      'wsse:SecurityTokenReference',
      {},
      tag(
        'wsse:KeyIdentifier',
        { EncodingType: BASE64_BINARY, ValueType: identifier === undefined ? THUMBPRINT : SKI },
        escapeText(identifier ?? thumbprintOf(certificate)),
      ),
    ),
  );
}
