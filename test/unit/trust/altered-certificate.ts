import * as asn1 from 'asn1js';
import { constants, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import * as pki from 'pkijs';

export type Change = (certificate: pki.Certificate) => void;

const ALGORITHMS = { sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' } as const;

/** The certificate with a change, signed again with `key`: what a careless or hostile CA could issue. PEM in, PEM out. */
export function alterCertificate(pem: string, key: string, change: Change, hash: 'sha1' | 'sha256' = 'sha256'): string {
  const certificate = decode(pem);
  change(certificate);
  const algorithm = { algorithmId: ALGORITHMS[hash], algorithmParams: new asn1.Null() };
  certificate.signature = new pki.AlgorithmIdentifier(algorithm);
  certificate.signatureAlgorithm = new pki.AlgorithmIdentifier(algorithm);
  const signature = sign(hash, new Uint8Array(certificate.encodeTBS().toBER()), key);
  certificate.signatureValue = new asn1.BitString({ valueHex: new Uint8Array(signature).buffer });
  const lines =
    Buffer.from(certificate.toSchema(true).toBER())
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

export function subjectOf(pem: string): pki.RelativeDistinguishedNames {
  return decode(pem).subject;
}

function encode(certificate: pki.Certificate): string {
  const lines =
    Buffer.from(certificate.toSchema(true).toBER())
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function decode(pem: string): pki.Certificate {
  return pki.Certificate.fromBER(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
}

/** The same certificate signed with RSASSA-PSS, SHA-512 and a salt of 64, as PKIoverheid G4 does; or with another hash. */
export function signWithPss(pem: string, key: string, hash: 'sha1' | 'sha512' = 'sha512'): string {
  const certificate = decode(pem);
  const oid = hash === 'sha512' ? '2.16.840.1.101.3.4.2.3' : '1.3.14.3.2.26';
  const saltLength = hash === 'sha512' ? 64 : 20;
  const hashAlgorithm = new pki.AlgorithmIdentifier({ algorithmId: oid, algorithmParams: new asn1.Null() });
  const maskGenAlgorithm = new pki.AlgorithmIdentifier({
    algorithmId: '1.2.840.113549.1.1.8',
    algorithmParams: hashAlgorithm.toSchema(),
  });
  const params = new pki.RSASSAPSSParams({ hashAlgorithm, maskGenAlgorithm, saltLength });
  const algorithm = { algorithmId: '1.2.840.113549.1.1.10', algorithmParams: params.toSchema() };
  certificate.signature = new pki.AlgorithmIdentifier(algorithm);
  certificate.signatureAlgorithm = new pki.AlgorithmIdentifier(algorithm);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign(hash, new Uint8Array(certificate.encodeTBS().toBER()), { key, padding, saltLength });
  certificate.signatureValue = new asn1.BitString({ valueHex: new Uint8Array(signature).buffer });
  return encode(certificate);
}

/** Puts an extension in the place of the one with the same id, or adds it. */
export function setExtension(certificate: pki.Certificate, extension: pki.Extension): void {
  const others = (certificate.extensions ?? []).filter(({ extnID }) => extnID !== extension.extnID);
  certificate.extensions = [...others, extension];
}

export function extensionOf(extnID: string, value: asn1.BaseBlock, critical = true): pki.Extension {
  return new pki.Extension({ extnID, critical, extnValue: value.toBER() });
}

export function basicConstraints(cA: boolean, pathLenConstraint?: number): pki.Extension {
  const value = new pki.BasicConstraints({ cA, ...(pathLenConstraint === undefined ? {} : { pathLenConstraint }) });
  return extensionOf('2.5.29.19', value.toSchema());
}

export function keyUsage(bits: number): pki.Extension {
  return extensionOf('2.5.29.15', new asn1.BitString({ valueHex: new Uint8Array([bits]).buffer }));
}

export function extendedKeyUsage(...keyPurposes: string[]): pki.Extension {
  return extensionOf('2.5.29.37', new pki.ExtKeyUsage({ keyPurposes }).toSchema(), false);
}

/** Puts an elliptic curve key into the certificate. */
export function withEcKey(certificate: pki.Certificate): void {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });
  certificate.subjectPublicKeyInfo = pki.PublicKeyInfo.fromBER(der);
}

/** A subject of other attributes, each a relative name of its own. */
export function rename(certificate: pki.Certificate, parts: readonly (readonly [string, string])[]): void {
  const names = parts.map(([type, value]) => {
    const pair = [new asn1.ObjectIdentifier({ value: type }), new asn1.Utf8String({ value })];
    return new asn1.Set({ value: [new asn1.Sequence({ value: pair })] });
  });
  certificate.subject = pki.RelativeDistinguishedNames.fromBER(new asn1.Sequence({ value: names }).toBER());
}
