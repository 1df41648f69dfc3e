import { timingSafeEqual, verify } from 'node:crypto';
import { type CanonicalForm, canonicalize, digestCanonical } from '../xml/c14n.ts';
import type { XmlDocument, XmlElement } from '../xml/tree.ts';
import { type AllowedAlgorithms, allowedDigest, allowedSignature } from './allowed.ts';
import { ENVELOPED_TRANSFORM } from './algorithms.ts';
import { canonicalFormOf } from './canonical-form.ts';
import { certificateKey } from './certificate-key.ts';
import { refusal } from './refusal.ts';
import { type ParsedReference, parseSignature } from './signature.ts';

export interface EnvelopedInput {
  readonly document: XmlDocument;
  readonly signature: XmlElement;
  /** What was not there yet when this Signature was made: Signatures that others put beside it later. */
  readonly later: readonly XmlElement[];
  /** DER. */
  readonly certificate: Uint8Array;
  readonly allow: AllowedAlgorithms;
}

const INCLUSIVE: CanonicalForm = { exclusive: false, comments: false };

/**
 * Verifies an enveloped signature over a whole document: one Reference URI="" with the enveloped-signature transform and
 * at most a canonicalization. Throws SIGNATURE_INVALID, SIGNATURE_ALGORITHM, SIGNATURE_COVERAGE. @spec XML Signature §6.6.4
 */
export function verifyEnveloped({ document, signature, later, certificate, allow }: EnvelopedInput): void {
  const parsed = parseSignature(signature);
  const [reference, second] = parsed.references;
  if (reference?.uri !== '' || second !== undefined) throw refusal('SIGNATURE_COVERAGE', 'not one Reference URI=""');
  const { hash } = allowedSignature(parsed.algorithm, allow);
  const signed = canonicalize(parsed.signedInfo, parsed.canonicalForm);
  if (!verify(hash, signed, certificateKey(certificate), parsed.signatureValue)) {
    throw refusal('SIGNATURE_INVALID', 'SignatureValue is not of this certificate over this SignedInfo');
  }
  const { hash: digest } = allowedDigest(reference.digest, allow);
  const actual = digestCanonical(document, { ...formOf(reference), digest }, new Set([signature, ...later]));
  const expected = Buffer.from(reference.digestValue, 'base64');
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw refusal('SIGNATURE_INVALID', 'the document was changed after it was signed');
  }
}

function formOf({ transforms }: ParsedReference): CanonicalForm {
  const [enveloped, canonical, surplus] = transforms;
  if (enveloped?.algorithm !== ENVELOPED_TRANSFORM || surplus !== undefined) {
    throw refusal('SIGNATURE_COVERAGE', 'the Transforms are not enveloped-signature and a canonicalization');
  }
  return canonical === undefined ? INCLUSIVE : canonicalFormOf(canonical.element);
}
