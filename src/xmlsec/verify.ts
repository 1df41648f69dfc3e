import { digestCanonical } from '../xml/c14n.ts';
import type { XmlDocument, XmlElement } from '../xml/tree.ts';
import { type AllowedAlgorithms, allowedDigest, allowedSignature } from './allowed.ts';
import { type Coverage, matchReferences, type SignedPart } from './coverage.ts';
import { locateSignature } from './locate-signature.ts';
import { referenceIdentity, writeReferences } from './reference-markup.ts';
import { type ParsedReference, type ParsedSignature, parseSignature } from './signature.ts';
import { requireDigest, requireDigestLength, requireSignatureValue, withCanonicalForm } from './verified-values.ts';

export type { AllowedAlgorithms } from './allowed.ts';
export type { SignedPart } from './coverage.ts';

export interface VerifyInput {
  readonly document: XmlDocument;
  /** soap:Header, child of the root: the one ds:Signature of the document must be its child. */
  readonly header: XmlElement;
  /** Every MIME part but the root. */
  readonly parts: readonly SignedPart[];
  /** DER of the certificate that the CPA pins: its key is the only one that counts. */
  readonly certificate: Uint8Array;
  readonly allow: AllowedAlgorithms;
  /** A header block that is covered, but no part of the identity: the message is the same without it. */
  readonly aside?: XmlElement;
}

export interface VerifiedEnvelope {
  /** false in what no digest covers: the Signature, and header blocks for the next actor. */
  readonly covered: (el: XmlElement) => boolean;
  readonly references: readonly ParsedReference[];
  /** The References as markup for an Acknowledgment. */
  readonly referencesXml: string;
  /** SHA-256 over the References: the same for an honest repeat, also for one without what stands aside. */
  readonly identity: Buffer;
}

/**
 * Verifies the signature over an envelope and all parts of its message. Nothing is given back unless everything holds.
 * Throws SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_ALGORITHM, SIGNATURE_COVERAGE; `detail` says which check it was, for the log.
 * @spec ebMS2 §4.1.3, §4.1.4
 */
export async function verifyEnvelope(input: VerifyInput): Promise<VerifiedEnvelope> {
  const { document, header, parts, certificate, allow } = input;
  const { signature, excluded } = locateSignature(document, header);
  const parsed = parseSignature(signature);
  for (const one of parsed.references) requireDigestLength(one, allowedDigest(one.digest, allow));
  const coverage = matchReferences(parsed.references, parts);
  // V8 puts a function that is written straight into a property into old space, where it would hold the document: name them first
  const covered = (el: XmlElement): boolean => isCovered(el, document.root, excluded);
  withCanonicalForm(() => {
    checkSignatureValue(parsed, certificate, allow);
    checkEnvelope(document, coverage, { allow, excluded });
  });
  await checkParts(coverage, allow);
  const { aside } = input;
  if (aside === undefined) return new Verified(covered, parsed.references);
  const without = digestCanonical(
    document,
    { ...coverage.envelopeForm, digest: allowedDigest(coverage.envelope.digest, allow).hash },
    new Set([...excluded, aside]),
  ).toString('base64');
  return new Verified(
    covered,
    parsed.references,
    parsed.references.map((one) => (one === coverage.envelope ? { ...one, digestValue: without } : one)),
  );
}

/**
 * Whether an envelope still has the digest in its own signature: says whether it was changed, and not who signed it. Throws
 * SIGNATURE_*.
 */
export function requireEnvelopeDigest(document: XmlDocument, header: XmlElement): void {
  const { signature, excluded } = locateSignature(document, header);
  const { references, algorithm } = parseSignature(signature);
  const allow = { digests: references.map((one) => one.digest), signatures: [algorithm] };
  const coverage = matchReferences(
    references.filter((one) => one.uri === ''),
    [],
  );
  withCanonicalForm(() => checkEnvelope(document, coverage, { allow, excluded }));
}

class Verified implements VerifiedEnvelope {
  readonly covered: (el: XmlElement) => boolean;
  readonly references: readonly ParsedReference[];
  readonly identity: Buffer;

  constructor(covered: (el: XmlElement) => boolean, references: readonly ParsedReference[], identifying = references) {
    this.covered = covered;
    this.references = references;
    this.identity = referenceIdentity(identifying);
  }

  /** Written when it is asked for: not every message is answered with a receipt. */
  get referencesXml(): string {
    return writeReferences(this.references);
  }
}

/** Before any digest: what is not signed by the partner costs us no work on its content. */
function checkSignatureValue(parsed: ParsedSignature, certificate: Uint8Array, allow: AllowedAlgorithms): void {
  requireSignatureValue(parsed, allowedSignature(parsed.algorithm, allow), certificate);
}

function checkEnvelope(
  document: XmlDocument,
  { envelope, envelopeForm }: Coverage,
  { allow, excluded }: { allow: AllowedAlgorithms; excluded: ReadonlySet<XmlElement> },
): void {
  const { hash: digest } = allowedDigest(envelope.digest, allow);
  requireDigest(envelope, digestCanonical(document, { ...envelopeForm, digest }, excluded));
}

async function checkParts({ parts }: Coverage, allow: AllowedAlgorithms): Promise<void> {
  for (const { reference, part } of parts) {
    const digest = part.digest(allowedDigest(reference.digest, allow).hash);
    requireDigest(reference, Buffer.isBuffer(digest) ? digest : await digest);
  }
}

function isCovered(el: XmlElement, root: XmlElement, excluded: ReadonlySet<XmlElement>): boolean {
  for (let at: XmlElement | undefined = el; at !== undefined; at = at.parent) {
    if (excluded.has(at)) return false;
    if (at === root) return true;
  }
  return false;
}
