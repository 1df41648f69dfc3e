import { refusal } from '../../xmlsec/refusal.ts';
import { type ParsedSignature, parseSignature } from '../../xmlsec/signature.ts';
import {
  requireDigest,
  requireDigestLength,
  requireSignatureValue,
  withCanonicalForm,
} from '../../xmlsec/verified-values.ts';
import { JudgedAlgorithms } from './algorithms.ts';
import { checkConfirmations } from './confirmation.ts';
import { type CoveredElement, coveredElements } from './coverage.ts';
import { digestElement, digestToken } from './digests.ts';
import { idsOf } from './element-ids.ts';
import type { OpenedEnvelope, SecurityHeader, VerifiedSecurity, VerifyTerms } from './security.ts';
import { findSecurity, readSecurityHeader, securityRefusal } from './security-header.ts';
import { findSigner, type SignerToken } from './signer-token.ts';
import { checkTimestamp, readTimestamp } from './timestamp.ts';

/** To, Action, MessageID, RelatesTo, ReplyTo, From, FaultTo, Body, Timestamp, token, confirmations: a dozen is what peers sign. */
const MAX_REFERENCES = 32;

/**
 * Verifies the signature of a message and that it covers, node by node, what will be acted upon. Structure first, then the
 * SignatureValue, then the digests: what the certificate did not sign costs no work on its content. Nothing is given back unless
 * everything holds. Throws WUS_SECURITY_HEADER, WUS_TIMESTAMP, WUS_TOKEN, WUS_CONFIRMATION, SIGNATURE_MISSING, SIGNATURE_INVALID,
 * SIGNATURE_ALGORITHM, SIGNATURE_COVERAGE, WUS_ATTACHMENT; `detail` says which check it was, for the log.
 * @spec WS-Security 1.1 §8, Digikoppeling WB001–WB004, WB007, WB010, WB013, WB014
 */
export async function verifySecurity(opened: OpenedEnvelope, terms: VerifyTerms): Promise<VerifiedSecurity> {
  const { document, soap, attachments } = opened;
  const security = requireSecurity(opened);
  const timestamp = readTimestamp(security.timestamp);
  checkConfirmations(security.confirmations, terms.confirms);
  const signature = requireSignature(security);
  const algorithms = new JudgedAlgorithms(terms.allow);
  for (const one of signature.references) requireDigestLength(one, algorithms.digest(one.digest));
  const algorithm = algorithms.signature(signature.algorithm);
  const ids = idsOf(document);
  const signer = await findSigner(signature.keyInfo, { security, ids, attachments, terms });
  const covered = coveredElements(signature.references, {
    soap,
    security,
    ids,
    tokenReference: signer.reference,
    confirmations: !terms.allow.unsignedConfirmation,
  });
  withCanonicalForm(() => requireSignatureValue(signature, algorithm, signer.certificate));
  const expires = checkTimestamp(timestamp, terms);
  for (const one of covered) {
    const { hash } = algorithms.digest(one.reference.digest);
    requireDigest(one.reference, await digestOf(one, hash, { signer, opened }));
  }
  if (algorithms.weakened) terms.weakened('sha1');
  if (signer.token === undefined) terms.weakened('keyReferences');
  if (!areConfirmationsCovered(security, covered)) terms.weakened('unsignedConfirmation');
  return {
    certificate: signer.certificate,
    signatureValue: signature.signatureValue.toString('base64'),
    created: timestamp.created,
    expires,
  };
}

function requireSecurity({ soap }: OpenedEnvelope): SecurityHeader {
  const element = findSecurity(soap);
  if (element === undefined) throw securityRefusal('WUS_SECURITY_HEADER', 'no Security header');
  return readSecurityHeader(element);
}

function requireSignature({ signature }: SecurityHeader): ParsedSignature {
  if (signature === undefined) throw refusal('SIGNATURE_MISSING', 'no Signature');
  const parsed = parseSignature(signature, MAX_REFERENCES);
  if (!parsed.canonicalForm.exclusive) {
    throw refusal('SIGNATURE_ALGORITHM', 'a canonicalization that is not exclusive');
  }
  return parsed;
}

function digestOf(
  { element, form, token }: CoveredElement,
  hash: string,
  { signer, opened }: { readonly signer: SignerToken; readonly opened: OpenedEnvelope },
): Buffer | Promise<Buffer> {
  if (!token) return digestElement(element, { form, hash }, opened.attachments);
  if (signer.token === undefined) throw refusal('SIGNATURE_COVERAGE', 'STR-Transform without a token in the message');
  return digestToken(signer.token.element, signer.token.octets, { form, hash });
}

function areConfirmationsCovered({ confirmations }: SecurityHeader, covered: readonly CoveredElement[]): boolean {
  return confirmations.every((one) => covered.some(({ element }) => element === one));
}
