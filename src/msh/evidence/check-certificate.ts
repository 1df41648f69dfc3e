import { X509Certificate } from 'node:crypto';
import { parseDateTime } from '../../clock.ts';
import { readCertificate } from '../../cpa/certificate.ts';
import type { EvidenceFindings } from './findings.ts';
import type { EvidenceReader } from './evidence.ts';

export interface ExpectedCertificate {
  readonly file: string;
  /** DER, from the contract. */
  readonly expected: Uint8Array | undefined;
  /** When it had to be valid, RFC 3339. */
  readonly at: string;
}

/** The PEM is the certificate of the contract, and was valid when the message was received. */
export async function checkCertificate(
  { reader, findings }: { readonly reader: EvidenceReader; readonly findings: EvidenceFindings },
  { file, expected, at }: ExpectedCertificate,
): Promise<void> {
  const facts = expected === undefined ? undefined : readCertificate(expected);
  if (expected === undefined || facts === undefined) return;
  const pem = await reader.read(file);
  if (pem === undefined || !isCertificate(pem, expected)) {
    findings.failed('certificate', `${file} is not the certificate that the contract names`);
  }
  const time = parseDateTime(at) ?? Number.NaN;
  if (time >= facts.notBefore && time <= facts.notAfter) {
    findings.proven('certificate', `${facts.subject}: valid on ${at}`);
  } else {
    findings.failed('certificate', `${facts.subject}: not valid on ${at}`, 'CERTIFICATE_UNTRUSTED');
  }
}

function isCertificate(pem: Buffer, expected: Uint8Array): boolean {
  try {
    return new X509Certificate(pem).raw.equals(expected);
  } catch {
    return false;
  }
}
