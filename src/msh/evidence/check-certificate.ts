import { X509Certificate } from 'node:crypto';
import { parseDateTime } from '../../clock.ts';
import { type CertificateFacts, readCertificate } from '../../cpa/certificate.ts';
import { OIN_TYPE, oinOf } from '../../cpa/oin.ts';
import type { Party } from '../../ebms/message.ts';
import type { PastTrust } from '../../ports/trust.ts';
import { toGatewayError } from '../../errors.ts';
import type { EvidenceFindings } from './findings.ts';
import type { EvidenceReader } from './evidence.ts';
import type { EvidenceLists } from './check-revocation.ts';

export interface ExpectedCertificate {
  readonly file: string;
  /** DER, from the contract. */
  readonly expected: Uint8Array | undefined;
  /** When it had to be valid: xsd:dateTime, as it was signed. */
  readonly at: string;
  /** Who must have signed with it. */
  readonly party: Party;
}

/** The PEM is the certificate of the contract, has the OIN of the party that signed, was valid when it signed, chains to CAs that the auditor named, and was not revoked. */
export async function checkCertificate(
  {
    reader,
    findings,
    trust,
    lists,
  }: {
    readonly reader: EvidenceReader;
    readonly findings: EvidenceFindings;
    /** The CAs that who checks the evidence trusts; those in the evidence are the word of who made it. */
    readonly trust: PastTrust | undefined;
    readonly lists: EvidenceLists;
  },
  { file, expected, at, party }: ExpectedCertificate,
): Promise<void> {
  const facts = expected === undefined ? undefined : readCertificate(expected);
  if (expected === undefined || facts === undefined) return;
  const pem = await reader.read(file);
  if (pem === undefined || !isCertificate(pem, expected)) {
    findings.failed('certificate', `${file} is not the certificate that the contract names`);
  }
  checkOin(findings, { facts, party });
  const time = parseDateTime(at) ?? Number.NaN;
  if (time >= facts.notBefore && time <= facts.notAfter) {
    findings.proven('certificate', `${facts.subject}: valid on ${at}`);
  } else {
    findings.failed('certificate', `${facts.subject}: not valid on ${at}`, 'CERTIFICATE_UNTRUSTED');
    return;
  }
  if (trust !== undefined) await checkAuthorities({ trust, findings }, { expected, time, subject: facts.subject });
  await lists.check(expected, at);
}

/** @spec Digikoppeling PKI001 */
function checkOin(
  findings: EvidenceFindings,
  { facts, party }: { readonly facts: CertificateFacts; readonly party: Party },
): void {
  const oins = party.partyIds.filter(({ type }) => type === OIN_TYPE).flatMap(({ value }) => oinOf(value) ?? []);
  if (oins.length === 0) return;
  const { subject, subjectSerialNumber } = facts;
  const own = oinOf(subjectSerialNumber ?? '');
  if (own === undefined) {
    findings.unproven('certificate', `${subject}: it has no OIN, and so does not say that it is of ${oins.join(', ')}`);
  } else if (!oins.includes(own)) {
    findings.failed('certificate', `${subject}: it has the OIN ${own}, and not that of the party: ${oins.join(', ')}`);
  }
}

async function checkAuthorities(
  { trust, findings }: { readonly trust: PastTrust; readonly findings: EvidenceFindings },
  { expected, time, subject }: { readonly expected: Uint8Array; readonly time: number; readonly subject: string },
): Promise<void> {
  try {
    await trust.check(expected, time);
    findings.proven('authorities', `${subject}: issued under the CAs that you named`);
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    findings.failed('authorities', `${subject}: not issued under the CAs that you named: ${detail ?? code}`, code);
  }
}

function isCertificate(pem: Buffer, expected: Uint8Array): boolean {
  try {
    return new X509Certificate(pem).raw.equals(expected);
  } catch {
    return false;
  }
}
