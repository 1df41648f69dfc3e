import type { CanonicalForm } from '../xml/c14n.ts';
import type { XmlElement } from '../xml/tree.ts';
import { canonicalFormOf } from './canonical-form.ts';
import { malformedAt } from './refusal.ts';
import {
  algorithmOnly,
  allowAttributes,
  base64Text,
  isDs,
  onlyElements,
  requireAttribute,
  requireDs,
} from './strict-elements.ts';

/** A ds:Signature taken apart; nothing in it has been checked against anything yet. */
export interface ParsedSignature {
  readonly element: XmlElement;
  readonly signedInfo: XmlElement;
  readonly canonicalForm: CanonicalForm;
  /** URI of the SignatureMethod. */
  readonly algorithm: string;
  readonly references: readonly ParsedReference[];
  readonly signatureValue: Buffer;
  /** Unread. */
  readonly keyInfo: XmlElement | undefined;
}

export interface ParsedReference {
  readonly uri: string;
  readonly transforms: readonly ParsedTransform[];
  /** URI of the DigestMethod. */
  readonly digest: string;
  /** base64 without white space. */
  readonly digestValue: string;
  readonly element: XmlElement;
}

export interface ParsedTransform {
  readonly algorithm: string;
  readonly element: XmlElement;
}

/** One for the envelope and one for each part: the most References that are looked at. */
export const MAX_REFERENCES = 257;
/** Three are used; what has more is refused before it is looked at. */
export const MAX_TRANSFORMS = 5;

/**
 * Takes a ds:Signature apart: the schema's children in the schema's order, each once, nothing beside them. KeyInfo is handed
 * out unread, so that nothing in it is fetched or believed here; Object is refused; Id attributes are never resolved.
 * Throws SIGNATURE_INVALID, SIGNATURE_ALGORITHM. @spec XML Signature §4
 */
export function parseSignature(el: XmlElement, maxReferences = MAX_REFERENCES): ParsedSignature {
  allowAttributes(el, 'Id');
  const [first, second, keyInfo, surplus] = onlyElements(el);
  const signedInfo = requireDs(el, first, 'SignedInfo');
  const signatureValue = requireDs(el, second, 'SignatureValue');
  if (keyInfo !== undefined) requireDs(el, keyInfo, 'KeyInfo');
  if (surplus !== undefined) throw malformedAt(el, `unexpected ${surplus.localName}`);
  allowAttributes(signatureValue, 'Id');
  return {
    element: el,
    signedInfo,
    ...parseSignedInfo(signedInfo, maxReferences),
    signatureValue: Buffer.from(base64Text(signatureValue), 'base64'),
    keyInfo,
  };
}

function parseSignedInfo(
  el: XmlElement,
  maxReferences: number,
): Pick<ParsedSignature, 'canonicalForm' | 'algorithm' | 'references'> {
  allowAttributes(el, 'Id');
  const [first, second, ...references] = onlyElements(el);
  const canonicalization = requireDs(el, first, 'CanonicalizationMethod');
  const method = requireDs(el, second, 'SignatureMethod');
  if (references.length === 0) throw malformedAt(el, 'no Reference');
  if (references.length > maxReferences) throw malformedAt(el, `more than ${maxReferences} References`);
  return {
    canonicalForm: canonicalFormOf(canonicalization),
    algorithm: algorithmOnly(method),
    references: references.map((one) => parseReference(requireDs(el, one, 'Reference'))),
  };
}

/** Takes a ds:Reference apart; one copied into an Acknowledgment too. Throws SIGNATURE_INVALID. @spec XML Signature §4.3.3 */
export function parseReference(el: XmlElement): ParsedReference {
  allowAttributes(el, 'Id', 'URI', 'Type');
  const children = onlyElements(el);
  const first = children[0];
  const transformed = first !== undefined && isDs(first, 'Transforms');
  const [method, value, surplus] = transformed ? children.slice(1) : children;
  if (surplus !== undefined) throw malformedAt(el, `unexpected ${surplus.localName}`);
  const digestValue = requireDs(el, value, 'DigestValue');
  allowAttributes(digestValue);
  return {
    uri: requireAttribute(el, 'URI'),
    transforms: transformed ? parseTransforms(first) : [],
    digest: algorithmOnly(requireDs(el, method, 'DigestMethod')),
    digestValue: base64Text(digestValue),
    element: el,
  };
}

function parseTransforms(el: XmlElement): readonly ParsedTransform[] {
  allowAttributes(el);
  const transforms = onlyElements(el);
  if (transforms.length === 0 || transforms.length > MAX_TRANSFORMS)
    throw malformedAt(el, `${transforms.length} Transforms`);
  return transforms.map((one) => {
    requireDs(el, one, 'Transform');
    allowAttributes(one, 'Algorithm');
    return { algorithm: requireAttribute(one, 'Algorithm'), element: one };
  });
}
