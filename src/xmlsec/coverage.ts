import { decodeCid } from '../mime/content-id.ts';
import type { CanonicalForm } from '../xml/c14n.ts';
import { checkActorXPath } from './actor-filter.ts';
import { ENVELOPED_TRANSFORM, XPATH_TRANSFORM } from './algorithms.ts';
import { canonicalFormOf } from './canonical-form.ts';
import { malformedAt, refusal } from './refusal.ts';
import type { ParsedReference, ParsedTransform } from './signature.ts';
import { allowAttributes, onlyElements } from './strict-elements.ts';

export interface SignedPart {
  /** Without angle brackets. */
  readonly contentId: string;
  /** Digest of the octets after transfer decoding and decryption; `hash` is a name of node:crypto. */
  digest(hash: string): Promise<Buffer> | Buffer;
}

export interface Coverage {
  readonly envelope: ParsedReference;
  readonly envelopeForm: CanonicalForm;
  readonly parts: readonly { readonly reference: ParsedReference; readonly part: SignedPart }[];
}

/**
 * Matches References with what was received: one for the envelope, one for each part, none beside. A Reference is only ever matched
 * with `""` or the Content-ID of a part in hand, and so nothing is fetched and no Id is resolved: equal Id attributes cannot mislead.
 * Throws SIGNATURE_COVERAGE, SIGNATURE_ALGORITHM, SIGNATURE_INVALID. @spec ebMS2 §4.1.3
 */
export function matchReferences(references: readonly ParsedReference[], parts: readonly SignedPart[]): Coverage {
  const [envelope, second] = references.filter((one) => one.uri === '');
  if (envelope === undefined || second !== undefined) throw refusal('SIGNATURE_COVERAGE', 'not one Reference URI=""');
  const open = partsById(parts);
  const matched = references
    .filter((one) => one !== envelope)
    .map((reference) => ({ reference, part: takePart(open, reference) }));
  if (open.size > 0) throw refusal('SIGNATURE_COVERAGE', 'a part without Reference');
  return { envelope, envelopeForm: envelopeForm(envelope), parts: matched };
}

function partsById(parts: readonly SignedPart[]): Map<string, SignedPart> {
  const open = new Map(parts.map((one) => [one.contentId, one]));
  if (open.size < parts.length) throw refusal('SIGNATURE_COVERAGE', 'two parts with one Content-ID');
  return open;
}

function takePart(open: Map<string, SignedPart>, reference: ParsedReference): SignedPart {
  const contentId = decodeCid(reference.uri);
  const part = contentId === undefined ? undefined : open.get(contentId);
  if (contentId === undefined || part === undefined) {
    throw refusal('SIGNATURE_COVERAGE', `Reference to ${reference.uri}, which is no part or was named before`);
  }
  if (reference.transforms.length > 0) throw refusal('SIGNATURE_COVERAGE', `Transforms on ${reference.uri}`);
  open.delete(contentId);
  return part;
}

/** Enveloped-signature, the actor filter, and a canonicalization, in this order; without the last the inclusive one counts. */
function envelopeForm({ transforms, element }: ParsedReference): CanonicalForm {
  for (const one of transforms) checkKnown(one);
  const [enveloped, filter, canonical, surplus] = transforms;
  if (enveloped?.algorithm !== ENVELOPED_TRANSFORM || filter?.algorithm !== XPATH_TRANSFORM || surplus !== undefined) {
    throw refusal('SIGNATURE_COVERAGE', 'the Transforms of the envelope are not the prescribed ones');
  }
  allowAttributes(enveloped.element, 'Algorithm');
  if (onlyElements(enveloped.element).length > 0) throw malformedAt(element, 'unexpected content of a Transform');
  checkActorXPath(filter.element);
  return canonical === undefined ? { exclusive: false, comments: false } : canonicalFormOf(canonical.element);
}

function checkKnown({ algorithm, element }: ParsedTransform): void {
  if (algorithm !== ENVELOPED_TRANSFORM && algorithm !== XPATH_TRANSFORM) canonicalFormOf(element);
}
