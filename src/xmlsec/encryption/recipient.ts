import { hash, X509Certificate } from 'node:crypto';
import { findChild, simpleText, type XmlElement } from '../../xml/tree.ts';
import { escapeText, tag } from '../../xml/writer.ts';
import { DS_NAMESPACE } from '../algorithms.ts';

/** For whom a key was wrapped, as far as the sender says. It only picks among our own keys: nothing in it is believed. */
export interface Recipient {
  readonly keyName: string | undefined;
  /** Decimal. */
  readonly serialNumber: string | undefined;
  /** base64 without white space. */
  readonly keyIdentifier: string | undefined;
  readonly certificate: string | undefined;
  /** SHA-1 of the certificate, base64. @spec WS-Security 1.1 §7.3 */
  readonly thumbprint?: string | undefined;
}

/** Where the sender names nobody, or a name that several have: this many keys are tried. */
const MOST_TRIED = 4;

/**
 * ds:KeyInfo that names the holder of a certificate: by its subject, as the Java peer does, and by issuer and serial number,
 * which tell two certificates of one holder apart. Wants ds declared. @spec XML Signature §4.5.4
 */
export function writeRecipient(certificate: X509Certificate): string {
  const { issuer, serialNumber } = certificateNames(certificate);
  return tag(
    'ds:KeyInfo',
    {},
    tag('ds:KeyName', {}, escapeText(rfc4514(certificate.subject).join(', '))),
    tag(
      'ds:X509Data',
      {},
      tag(
        'ds:X509IssuerSerial',
        {},
        tag('ds:X509IssuerName', {}, escapeText(issuer)),
        tag('ds:X509SerialNumber', {}, serialNumber),
      ),
    ),
  );
}

/** Reads a ds:KeyInfo, or its absence. What names nobody here is passed over, and nothing is ever fetched. */
export function readRecipient(keyInfo: XmlElement | undefined): Recipient {
  const data = keyInfo && findChild(keyInfo, DS_NAMESPACE, 'X509Data');
  const issuerSerial = data && findChild(data, DS_NAMESPACE, 'X509IssuerSerial');
  return {
    keyName: textOf(keyInfo, 'KeyName')?.trim(),
    serialNumber: textOf(issuerSerial, 'X509SerialNumber')?.trim(),
    keyIdentifier: textOf(data, 'X509SKI')?.replace(WHITE_SPACE, ''),
    certificate: textOf(data, 'X509Certificate')?.replace(WHITE_SPACE, ''),
  };
}

/** Those of our certificates that may be meant, likeliest first; none when somebody else is named beyond doubt. */
export function findRecipient(recipient: Recipient, certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  const named = certificates.filter((der) => isNamed(recipient, der));
  if (named.length > 0) return named.slice(0, MOST_TRIED);
  const { certificate, serialNumber, keyIdentifier, thumbprint } = recipient;
  if ([certificate, serialNumber, keyIdentifier, thumbprint].some((name) => name !== undefined)) return [];
  // A KeyName may be anything that the two sides understand.
  return certificates.slice(0, MOST_TRIED);
}

/** For the log. */
export function describeRecipient({ keyName, serialNumber, keyIdentifier, thumbprint }: Recipient): string {
  const names = { KeyName: keyName, 'serial number': serialNumber, 'key identifier': keyIdentifier, thumbprint };
  return Object.entries(names)
    .map(([kind, name]) => `${kind} ${name ?? '-'}`)
    .join(', ');
}

function isNamed(recipient: Recipient, der: Uint8Array): boolean {
  const { keyName, serialNumber, keyIdentifier, certificate, thumbprint } = recipient;
  const names = namesOf(der);
  if (certificate !== undefined) return certificate === names.certificate;
  // Names of issuers are printed in many ways; the number is enough to pick one of our own.
  if (serialNumber !== undefined) return serialNumber === names.serialNumber;
  if (keyIdentifier !== undefined) return keyIdentifier === names.keyIdentifier;
  if (thumbprint !== undefined) return thumbprint === names.thumbprint;
  return keyName !== undefined && valuesOf(keyName) === names.subjectValues;
}

interface CertificateNames {
  readonly issuer: string;
  readonly serialNumber: string;
  readonly keyIdentifier: string | undefined;
  readonly certificate: string;
  readonly thumbprint: string;
  readonly subjectValues: string;
}

const known = new WeakMap<Uint8Array, CertificateNames>();

function namesOf(der: Uint8Array): CertificateNames {
  const names = known.get(der) ?? certificateNames(new X509Certificate(der));
  known.set(der, names);
  return names;
}

function certificateNames({ issuer, serialNumber, subject, raw }: X509Certificate): CertificateNames {
  return {
    issuer: rfc4514(issuer).join(','),
    serialNumber: BigInt(`0x${serialNumber}`).toString(),
    keyIdentifier: subjectKeyIdentifier(raw),
    certificate: raw.toString('base64'),
    thumbprint: thumbprintOf(raw),
    subjectValues: valuesOf(rfc4514(subject).join(',')),
  };
}

/** Node prints a name line by line, most significant first, with the escapes of RFC 4514. */
function rfc4514(name: string): readonly string[] {
  return name.split('\n').toReversed();
}

const WHITE_SPACE = /[\t\n\r ]+/g;
const PARTS = /(?:[^,+\\"]|\\.|"(?:[^"\\]|\\.)*")+/g;

/** The values of a name whatever the order and however its types are spelt. */
function valuesOf(name: string): string {
  const values = (name.match(PARTS) ?? []).map((part) => part.slice(part.indexOf('=') + 1).trim());
  return values
    .map((value) => value.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1'))
    .sort()
    .join('\n');
}

/** SHA-1, since WS-Security names certificates so; it secures nothing. Base64. @spec WS-Security 1.1 §7.3 */
export function thumbprintOf(der: Uint8Array): string {
  return hash('sha1', der, 'base64');
}

/**
 * Base64; undefined when the certificate has none. The extension's OCTET STRING in an OCTET STRING: enough to pick a key, so nothing
 * is decoded around it.
 */
export function subjectKeyIdentifier(certificate: Uint8Array): string | undefined {
  const der = Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength);
  const at = der.indexOf(Buffer.from('0603551d0e04', 'hex'));
  const start = at + 9;
  const length = der[start - 1] ?? 0;
  return at < 0 ? undefined : der.subarray(start, start + length).toString('base64');
}

function textOf(parent: XmlElement | undefined, localName: string): string | undefined {
  const el = parent && findChild(parent, DS_NAMESPACE, localName);
  return el && simpleText(el);
}
