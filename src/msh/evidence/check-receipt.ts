import { acknowledgmentSigning } from '../../cpa/acknowledgment-signing.ts';
import type { SigningTerms } from '../../cpa/agreement.ts';
import { sameTyped } from '../../cpa/typed-value.ts';
import type { Acknowledgment, Party } from '../../ebms/message.ts';
import { GatewayError, toGatewayError } from '../../errors.ts';
import { decodeCid } from '../../mime/content-id.ts';
import type { SignedPart } from '../../xmlsec/verify.ts';
import { requireCoverage } from '../inbound/verify.ts';
import { sameReferences } from '../signals/compare-references.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkReceiptTime } from './check-record.ts';
import type { AboutEvidence } from './about-evidence.ts';
import { verifySignature } from './check-message.ts';
import { checkUnagreedSignature } from './check-unagreed-signature.ts';
import { FILES } from './evidence.ts';
import { acknowledgmentIn, agreementOf, type EvidenceMessage, readEvidenceMessage } from './read-evidence-message.ts';

/** The receipt is about exactly this message, and was signed by who received it. */
export async function checkReceipt(about: AboutEvidence): Promise<void> {
  const { reader, findings } = about;
  const octets = await reader.read(FILES.receipt);
  if (octets === undefined) {
    const error = await reader.read(FILES.error);
    if (about.record.state === 'DELIVERED' && asksReceipt(about)) {
      findings.failed('receipt', `${FILES.receipt} is missing: a message that asks for one is DELIVERED only by it`);
    }
    const what = error === undefined ? 'there is no receipt' : `there is an error of the partner (${FILES.error})`;
    findings.unproven('receipt', `${what}: nothing here proves that the message was received`);
    return;
  }
  try {
    const receipt = readEvidenceMessage(octets);
    const acknowledgment = acknowledgmentIn(receipt.message);
    if (acknowledgment !== undefined) await checkAcknowledgment(about, { ...receipt, acknowledgment });
    else findings.failed('receipt', `${FILES.receipt} is no Acknowledgment`);
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    findings.failed('receipt', `${FILES.receipt} does not hold: ${detail ?? code}`, code);
  }
}

function asksReceipt({ read: { message } }: AboutEvidence): boolean {
  return message.kind === 'ApplicationMessage' && message.ackRequested !== undefined;
}

type Receipt = EvidenceMessage & { readonly acknowledgment: Acknowledgment };

async function checkAcknowledgment(about: AboutEvidence, receipt: Receipt): Promise<void> {
  const { findings, read, record, cpa } = about;
  const { acknowledgment } = receipt;
  const { header } = receipt.message;
  const sent = read.message.header;
  if (acknowledgment.refToMessageId !== record.messageId) findings.failed('receipt', 'it is of another message');
  if (header.cpaId !== sent.cpaId || !sameParty(header.from, sent.to) || !sameParty(header.to, sent.from)) {
    findings.failed('receipt', 'it is not from who received the message to who sent it');
  }
  checkReceiptTime(about, acknowledgment.timestamp);
  const signed = read.message.kind === 'ApplicationMessage' && read.message.ackRequested?.signed === true;
  // Without a signed receipt the References may be left out.
  const absent = acknowledgment.references.length === 0 && !signed;
  if (!absent && !sameReferences(acknowledgment.references, read.signature?.references ?? [])) {
    findings.failed('receipt', 'its References are not those of this message', 'SIGNAL_UNEXPECTED');
    return;
  }
  const agreement = cpa === undefined ? undefined : agreementOf(read.message, cpa);
  if (!signed || agreement === undefined) {
    const { signature } = receipt;
    if (signature !== undefined) {
      const pem = await about.reader.read(FILES.receiptCertificate);
      await checkUnagreedSignature({ ...receipt, signature }, signedParts(receipt), pem);
    }
    findings.unproven('receipt', 'not signed, or no contract to tell by whom: nothing here proves who gave it');
    return;
  }
  const terms = await verifyAny(receipt, acknowledgmentSigning(agreement));
  findings.proven(
    'receipt',
    `signed by the receiver over the References of this message, at ${acknowledgment.timestamp}`,
  );
  await checkCertificate(about, {
    file: FILES.receiptCertificate,
    expected: terms.certificate,
    at: acknowledgment.timestamp,
    party: sent.to,
  });
}

/** The receiver may sign by several terms; one must hold. Throws SIGNATURE_*. */
async function verifyAny(receipt: Receipt, candidates: readonly SigningTerms[]): Promise<SigningTerms> {
  const [terms, ...others] = candidates;
  if (terms === undefined) throw new GatewayError('SIGNATURE_INVALID', { detail: 'the contract lets nobody sign it' });
  try {
    requireCoverage(receipt, await verifySignature(receipt, signedParts(receipt), terms));
    return terms;
  } catch (error) {
    if (others.length === 0) throw error;
    return verifyAny(receipt, others);
  }
}

/**
 * The parts of the message that a receipt rides on are not of this evidence: the signature holds what they were, and that
 * is enough for the receipt, which stands in the envelope.
 */
function signedParts({ signature }: Receipt): readonly SignedPart[] {
  return (signature?.references ?? []).flatMap(({ uri, digestValue }) => {
    const contentId = decodeCid(uri);
    const digest = (): Buffer => Buffer.from(digestValue, 'base64');
    return contentId === undefined ? [] : [{ contentId, digest }];
  });
}

function sameParty(one: Party, other: Party): boolean {
  return one.partyIds.every((id) => other.partyIds.some((known) => sameTyped(id, known)));
}
