import type * as asn1js from 'asn1js';
import type * as pkijs from 'pkijs';
import type { Certificate, Extension, PublicKeyInfo, RelativeDistinguishedNames } from 'pkijs';
import { createHash, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { certificatePem } from './certificate.ts';

/**
 * A throw-away PKI for tests, demos and first trials. Never for production: everything it makes says TEST in its
 * subject, and PKIoverheid's real certificates carry an OIN that a TSP has checked.
 */
export interface TestCa {
  readonly certificate: string;
  readonly key: string;
}

/** PEM texts; the key is unencrypted PKCS#8. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CaOptions {
  readonly name: string;
  /** Days of validity from now; 3650 when absent. */
  readonly days?: number;
  readonly now?: number;
  readonly keyBits?: number;
  /** An intermediate CA when given. */
  readonly issuer?: TestCa;
}

export interface IssueOptions {
  readonly ca: TestCa;
  /** Goes into subject.serialNumber. @spec Digikoppeling PKI001 */
  readonly oin: string;
  readonly cn: string;
  /** DNS names and IP addresses for TLS; localhost and 127.0.0.1 when absent. */
  readonly hosts?: readonly string[];
  /** Days of validity from now; 365 when absent, negative for one that has ended. */
  readonly days?: number;
  readonly now?: number;
  readonly keyBits?: number;
}

type Pki = typeof pkijs;
type Asn1 = typeof asn1js;
interface Libraries {
  readonly pki: Pki;
  readonly asn1: Asn1;
}

/** The least that NCSC counts as good; takes about 140 ms to make. */
const KEY_BITS = 3072;
const DAY_MS = 86_400_000;
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const KEY_USAGE = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04, cRLSign: 0x02 } as const;
const OID = { C: '2.5.4.6', O: '2.5.4.10', CN: '2.5.4.3', serialNumber: '2.5.4.5' } as const;
const EKU = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

/** Makes a CA for tests: self-signed, or below `issuer`. */
export async function createCa(options: CaOptions): Promise<TestCa> {
  const libraries = await load();
  const keys = await makeKeys(options.keyBits ?? KEY_BITS);
  const subject = [
    [OID.C, 'NL'],
    [OID.O, 'Postiljon TEST PKI'],
    [OID.CN, `TEST ${options.name}`],
  ] as const;
  const certificate = issue(libraries, {
    subject,
    keys,
    issuer: options.issuer,
    validity: [options.now ?? Date.now(), options.days ?? 3650],
    extensions: [basicConstraints(libraries, true), keyUsage(libraries, KEY_USAGE.keyCertSign | KEY_USAGE.cRLSign, 1)],
  });
  return { certificate, key: keys.key };
}

/** Issues a certificate that serves for TLS on both sides and for signing. */
export async function issueCertificate(options: IssueOptions): Promise<IssuedCertificate> {
  const libraries = await load();
  const keys = await makeKeys(options.keyBits ?? KEY_BITS);
  const subject = [
    [OID.C, 'NL'],
    [OID.O, 'Postiljon TEST'],
    [OID.serialNumber, options.oin],
    [OID.CN, options.cn],
  ] as const;
  const certificate = issue(libraries, {
    subject,
    keys,
    issuer: options.ca,
    validity: [options.now ?? Date.now(), options.days ?? 365],
    extensions: [
      basicConstraints(libraries, false),
      keyUsage(libraries, KEY_USAGE.digitalSignature | KEY_USAGE.keyEncipherment, 5),
      extendedKeyUsage(libraries, [EKU.serverAuth, EKU.clientAuth]),
      subjectAltName(libraries, options.hosts ?? ['localhost', '127.0.0.1']),
    ],
  });
  return { certificate, key: keys.key };
}

async function load(): Promise<Libraries> {
  const [pki, asn1] = await Promise.all([import('pkijs'), import('asn1js')]);
  return { pki, asn1 };
}

interface Keys {
  /** PKCS#8 PEM. */
  readonly key: string;
  readonly publicKey: Buffer;
}

async function makeKeys(modulusLength: number): Promise<Keys> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
  };
}

interface Contents {
  readonly subject: readonly (readonly [string, string])[];
  readonly keys: Keys;
  readonly issuer: TestCa | undefined;
  /** From when (ms since 1970), and for how many days. */
  readonly validity: readonly [number, number];
  readonly extensions: readonly Extension[];
}

function issue({ pki, asn1 }: Libraries, contents: Contents): string {
  const certificate = new pki.Certificate();
  const [now, days] = contents.validity;
  certificate.version = 2;
  certificate.serialNumber = new asn1.Integer({ valueHex: serialNumber() });
  certificate.subjectPublicKeyInfo = pki.PublicKeyInfo.fromBER(contents.keys.publicKey);
  const issuer = contents.issuer === undefined ? undefined : readCertificate(pki, contents.issuer.certificate);
  certificate.subject = makeName({ pki, asn1 }, contents.subject);
  certificate.issuer = issuer?.subject ?? certificate.subject;
  // An hour back, so that a partner whose clock is a little slow accepts it; a negative number of days has ended.
  certificate.notBefore.value = wholeSeconds(Math.min(now, now + days * DAY_MS) - 3_600_000);
  certificate.notAfter.value = wholeSeconds(now + days * DAY_MS);
  const ownKey = certificate.subjectPublicKeyInfo;
  certificate.extensions = [
    ...contents.extensions,
    subjectKeyIdentifier({ pki, asn1 }, ownKey),
    authorityKeyIdentifier({ pki, asn1 }, issuer?.subjectPublicKeyInfo ?? ownKey),
  ];
  signCertificate({ pki, asn1 }, certificate, contents.issuer?.key ?? contents.keys.key);
  return certificatePem(new Uint8Array(certificate.toSchema(true).toBER()));
}

/** 16 octets, positive and of full length. */
function serialNumber(): ArrayBuffer {
  const octets = new Uint8Array(randomBytes(16));
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets.buffer;
}

function wholeSeconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** One attribute a relative name, which the library's own writer would join into a single one. */
function makeName({ pki, asn1 }: Libraries, parts: readonly (readonly [string, string])[]): RelativeDistinguishedNames {
  const names = parts.map(([type, text]) => {
    const printable = type === OID.C || type === OID.serialNumber;
    const value = printable ? new asn1.PrintableString({ value: text }) : new asn1.Utf8String({ value: text });
    const pair = new asn1.Sequence({ value: [new asn1.ObjectIdentifier({ value: type }), value] });
    return new asn1.Set({ value: [pair] });
  });
  return pki.RelativeDistinguishedNames.fromBER(new asn1.Sequence({ value: names }).toBER());
}

/** The library's own method leaves out the NULL parameter that RFC 4055 §5 demands. */
function signCertificate({ pki, asn1 }: Libraries, certificate: Certificate, key: string): void {
  const algorithm = { algorithmId: SHA256_WITH_RSA, algorithmParams: new asn1.Null() };
  certificate.signature = new pki.AlgorithmIdentifier(algorithm);
  certificate.signatureAlgorithm = new pki.AlgorithmIdentifier(algorithm);
  const signature = sign('sha256', new Uint8Array(certificate.encodeTBS().toBER()), key);
  certificate.signatureValue = new asn1.BitString({ valueHex: new Uint8Array(signature).buffer });
}

function readCertificate(pki: Pki, pem: string): Certificate {
  return pki.Certificate.fromBER(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
}

function basicConstraints({ pki }: Libraries, cA: boolean): Extension {
  const value = new pki.BasicConstraints(cA ? { cA } : {});
  return new pki.Extension({ extnID: '2.5.29.19', critical: true, extnValue: value.toSchema().toBER() });
}

function keyUsage({ pki, asn1 }: Libraries, bits: number, unusedBits: number): Extension {
  const value = new asn1.BitString({ valueHex: new Uint8Array([bits]).buffer, unusedBits });
  return new pki.Extension({ extnID: '2.5.29.15', critical: true, extnValue: value.toBER() });
}

function extendedKeyUsage({ pki }: Libraries, keyPurposes: string[]): Extension {
  const value = new pki.ExtKeyUsage({ keyPurposes });
  return new pki.Extension({ extnID: '2.5.29.37', critical: false, extnValue: value.toSchema().toBER() });
}

function subjectKeyIdentifier({ pki, asn1 }: Libraries, key: PublicKeyInfo): Extension {
  const value = new asn1.OctetString({ valueHex: keyIdentifier(key) });
  return new pki.Extension({ extnID: '2.5.29.14', critical: false, extnValue: value.toBER() });
}

function authorityKeyIdentifier({ pki, asn1 }: Libraries, key: PublicKeyInfo): Extension {
  const value = new pki.AuthorityKeyIdentifier({
    keyIdentifier: new asn1.OctetString({ valueHex: keyIdentifier(key) }),
  });
  return new pki.Extension({ extnID: '2.5.29.35', critical: false, extnValue: value.toSchema().toBER() });
}

/** The first 160 bits of SHA-256 over the key. @spec RFC 7093 §2 */
function keyIdentifier(key: PublicKeyInfo): ArrayBuffer {
  const digest = createHash('sha256').update(key.subjectPublicKey.valueBlock.valueHexView).digest();
  return new Uint8Array(digest.subarray(0, 20)).buffer;
}

function subjectAltName({ pki, asn1 }: Libraries, hosts: readonly string[]): Extension {
  const altNames = hosts.map((host) => {
    const address = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? new Uint8Array(host.split('.').map(Number)) : undefined;
    return address === undefined
      ? new pki.GeneralName({ type: 2, value: host })
      : new pki.GeneralName({ type: 7, value: new asn1.OctetString({ valueHex: address.buffer }) });
  });
  const value = new pki.GeneralNames({ names: altNames });
  return new pki.Extension({ extnID: '2.5.29.17', critical: false, extnValue: value.toSchema().toBER() });
}
