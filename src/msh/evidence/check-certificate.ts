import { X509Certificate } from 'node:crypto';
import { parseDateTime } from '../../clock.ts';
import { readCertificate } from '../../cpa/certificate.ts';
import type { Trust } from '../../ports/trust.ts';
import { toGatewayError } from '../../errors.ts';
import type { EvidenceFindings } from './findings.ts';
import type { EvidenceReader } from './evidence.ts';

/** The CAs that who checks the evidence trusts; those in the evidence are the word of who made it. */
export type EvidenceTrust = Pick<Trust, 'check'>;

export interface ExpectedCertificate {
  readonly file: string;
  /** DER, from the contract. */
  readonly expected: Uint8Array | undefined;
  /** When it had to be valid, RFC 3339. */
  readonly at: string;
}

/** The PEM is the certificate of the contract, was valid when the message was received, and chains to CAs that the auditor named. */
export async function checkCertificate(
  {
    reader,
    findings,
    trust,
  }: {
    readonly reader: EvidenceReader;
    readonly findings: EvidenceFindings;
    readonly trust: EvidenceTrust | undefined;
  },
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
    return;
  }
  if (trust === undefined) return;
  try {
    await trust.check(expected, time);
    findings.proven('authorities', `${facts.subject}: issued under the CAs that you named`);
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    findings.failed(
      'authorities',
      `${facts.subject}: not issued under the CAs that you named: ${detail ?? code}`,
      code,
    );
  }
}

function isCertificate(pem: Buffer, expected: Uint8Array): boolean {
  try {
    return new X509Certificate(pem).raw.equals(expected);
  } catch {
    return false;
  }
}
