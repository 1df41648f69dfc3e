import type { SigningTerms } from '../../cpa/agreement.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import { type SignedPart, verifyEnvelope } from '../../xmlsec/verify.ts';
import { requireCoverage } from '../inbound/verify.ts';
import type { AboutEvidence } from './about-evidence.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkRecord } from './check-record.ts';
import { checkUnagreedSignature } from './check-unagreed-signature.ts';
import { FILES } from './evidence.ts';
import { agreementOf, type EvidenceMessage } from './read-evidence-message.ts';

/** The envelope is the message that the evidence is about, signed with its parts by who the contract names. */
export async function checkMessage(about: AboutEvidence): Promise<void> {
  const { findings, record, cpa, read } = about;
  const { header, kind } = read.message;
  if (kind !== 'ApplicationMessage') findings.failed('message', `${FILES.envelope} is no business message`);
  if (header.messageData.messageId !== record.messageId) {
    findings.failed('message', `${FILES.envelope} is another message than ${FILES.record} says`);
  }
  await checkRecord(about);
  const agreement = cpa && agreementOf(read.message, cpa);
  if (cpa !== undefined && (cpa.cpaId !== header.cpaId || agreement === undefined)) {
    findings.failed('contract', `${FILES.contract} does not agree on this message`, 'ACTION_NOT_AGREED');
    return;
  }
  if (agreement?.signing === undefined) {
    await checkUnagreed(about);
    return;
  }
  await checkSignature(about, agreement.signing);
  await checkCertificate(about, {
    file: FILES.messageCertificate,
    expected: agreement.signing.certificate,
    at: header.messageData.timestamp,
    party: header.from,
  });
}

/** Nothing asks for a signature: what is there must hold all the same. */
async function checkUnagreed(about: AboutEvidence): Promise<void> {
  const { findings, reader, read } = about;
  const { signature } = read;
  const pem = await reader.read(FILES.messageCertificate);
  if (pem !== undefined) {
    findings.failed('certificate', `${FILES.messageCertificate} is there, and no contract names it`);
  }
  if (signature === undefined) {
    findings.unproven('message', 'not signed, and no contract asks for it: nothing here proves who made it');
    return;
  }
  try {
    await checkUnagreedSignature({ ...read, signature }, signedParts(about), pem);
    findings.unproven('message', 'signed, but no contract names the certificate: nothing here proves who made it');
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    findings.failed('message', `the signature does not hold: ${detail ?? code}`, code);
  }
}

async function checkSignature(about: AboutEvidence, terms: SigningTerms): Promise<void> {
  const { read, findings } = about;
  try {
    const parts = signedParts(about);
    const verified = await verifySignature(read, parts, terms);
    requireCoverage(read, verified);
    const count = parts.length === 1 ? 'one part' : `${parts.length} parts`;
    findings.proven('message', `envelope and ${count} are signed by the certificate that the contract names`);
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    findings.failed('message', `the signature does not hold: ${detail ?? code}`, code);
  }
}

/** With the algorithms that the contract names. Throws SIGNATURE_*. */
export function verifySignature(
  { document, soap }: EvidenceMessage,
  parts: readonly SignedPart[],
  { certificate, hashFunction, signatureAlgorithm }: SigningTerms,
): ReturnType<typeof verifyEnvelope> {
  if (soap.header === undefined || certificate === undefined) {
    throw new GatewayError('SIGNATURE_INVALID', { detail: 'the contract names no certificate that can be read' });
  }
  const allow = { digests: [hashFunction], signatures: [signatureAlgorithm] };
  return verifyEnvelope({ document, header: soap.header, parts, certificate, allow });
}

function signedParts({ record, reader }: AboutEvidence): readonly SignedPart[] {
  return record.parts.map(({ contentId, file }) => signedPart(contentId, (hash) => reader.digest(file, hash)));
}

function signedPart(contentId: string, digestOf: (hash: string) => Promise<Buffer | undefined>): SignedPart {
  return {
    contentId,
    async digest(hash) {
      const digest = await digestOf(hash);
      if (digest === undefined) throw new GatewayError('SIGNATURE_INVALID', { detail: `part ${contentId} is missing` });
      return digest;
    },
  };
}
