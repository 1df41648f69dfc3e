// Before any toLegacyObject(): on Node 24 the first such call leaves node:tls without createSecureContext.
import 'node:tls';
import { createHash, X509Certificate } from 'node:crypto';

/** What an operator and the rules want to know of a certificate. Times are ms since 1970 UTC. */
export interface CertificateFacts {
  /** One line, most significant first, e.g. `C=NL, O=Dienst Voorbeeld, serialNumber=…, CN=…`. */
  readonly subject: string;
  readonly issuer: string;
  /** subject.serialNumber, which holds the OIN; undefined when there is none or more than one. @spec Digikoppeling PKI001 */
  readonly subjectSerialNumber: string | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  /** As OpenSSL names it, e.g. `sha256WithRSAEncryption`. */
  readonly signatureAlgorithm: string;
  readonly keyType: string;
  /** RSA modulus length; undefined for other keys. */
  readonly rsaBits: number | undefined;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
}

/** Reads the facts of a DER certificate; undefined when it cannot be read. */
export function readCertificate(der: Uint8Array): CertificateFacts | undefined {
  const certificate = openCertificate(der);
  if (certificate === undefined) return undefined;
  const key = certificate.publicKey;
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    subjectSerialNumber: subjectSerialNumber(certificate),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    signatureAlgorithm: certificate.signatureAlgorithm ?? certificate.signatureAlgorithmOid,
    keyType: key.asymmetricKeyType ?? 'unknown',
    rsaBits: key.asymmetricKeyDetails?.modulusLength,
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
  };
}

/** DER → X509Certificate; undefined when OpenSSL cannot read it or its key. */
export function openCertificate(der: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der);
    return certificate.publicKey.type === 'public' ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** From the decoded name, never from its printed form: a CN may hold text that looks like another attribute. */
function subjectSerialNumber(certificate: X509Certificate): string | undefined {
  const found = certificate.toLegacyObject().subject['serialNumber'];
  return typeof found === 'string' ? found : undefined;
}

function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
