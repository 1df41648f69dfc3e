import type { SoapEnvelope } from '../../soap/envelope.ts';
import type { CanonicalForm } from '../../xml/c14n.ts';
import { childElements, type XmlElement } from '../../xml/tree.ts';
import { canonicalFormOf } from '../../xmlsec/canonical-form.ts';
import type { ElementIds } from '../../xmlsec/element-ids.ts';
import { malformedAt, refusal } from '../../xmlsec/refusal.ts';
import type { ParsedReference } from '../../xmlsec/signature.ts';
import { allowAttributes, onlyElements, requireDs } from '../../xmlsec/strict-elements.ts';
import { STR_TRANSFORM, WSA_NAMESPACE, WSSE_NAMESPACE } from '../namespaces.ts';
import type { SecurityHeader } from './security.ts';

/** A Reference with the very element that it digests. */
export interface CoveredElement {
  readonly reference: ParsedReference;
  readonly element: XmlElement;
  readonly form: CanonicalForm;
  /** The digest is over the token that this SecurityTokenReference names, not over the reference itself. */
  readonly token: boolean;
}

export interface CoverageContext {
  readonly soap: SoapEnvelope;
  readonly security: SecurityHeader;
  readonly ids: ElementIds;
  /** The SecurityTokenReference of the signature: the only one whose token may be signed through it. */
  readonly tokenReference: XmlElement;
  /** Whether each SignatureConfirmation must be signed. */
  readonly confirmations: boolean;
}

/**
 * Resolves each Reference to its element, and refuses a signature that does not cover what is acted upon: the Body that is the child
 * of the Envelope, each wsa: block that is a child of the Header, and the Timestamp and SignatureConfirmations that are children of
 * the Security header. What else a Reference names must be a header block or a child of the Security header too, and nothing is named
 * twice. Throws SIGNATURE_COVERAGE, SIGNATURE_INVALID, SIGNATURE_ALGORITHM. @spec Digikoppeling WB004, WB007
 */
export function coveredElements(
  references: readonly ParsedReference[],
  context: CoverageContext,
): readonly CoveredElement[] {
  const open = coverableElements(context);
  const covered = references.map((reference) => resolve(reference, context));
  for (const { element, reference } of covered) {
    if (!open.delete(element)) {
      throw refusal('SIGNATURE_COVERAGE', `Reference ${reference.uri} to what may not be named, or was named before`);
    }
  }
  for (const element of requiredElements(context)) {
    if (open.has(element)) throw refusal('SIGNATURE_COVERAGE', `${element.localName} is not signed`);
  }
  return covered;
}

function requiredElements({ soap, security, confirmations }: CoverageContext): readonly XmlElement[] {
  const blocks = soap.header === undefined ? [] : childElements(soap.header);
  return [
    soap.body,
    ...blocks.filter(({ namespace }) => namespace === WSA_NAMESPACE),
    ...(security.timestamp === undefined ? [] : [security.timestamp]),
    ...(confirmations ? security.confirmations : []),
  ];
}

function coverableElements({ soap, security, tokenReference }: CoverageContext): Set<XmlElement> {
  const blocks = soap.header === undefined ? [] : childElements(soap.header);
  const elements = new Set([soap.body, tokenReference, ...blocks, ...childElements(security.element)]);
  elements.delete(security.element);
  if (security.signature !== undefined) elements.delete(security.signature);
  return elements;
}

function resolve(reference: ParsedReference, { ids, tokenReference }: CoverageContext): CoveredElement {
  const element = ids.find(reference.uri);
  const [transform, surplus] = reference.transforms;
  if (transform === undefined || surplus !== undefined) {
    throw refusal('SIGNATURE_COVERAGE', `${reference.transforms.length} Transforms on ${reference.uri}`);
  }
  const token = element === tokenReference;
  if (token !== (transform.algorithm === STR_TRANSFORM)) {
    throw refusal('SIGNATURE_COVERAGE', `Transform ${transform.algorithm} on ${element.localName}`);
  }
  const form = exclusiveForm(token ? tokenForm(transform.element) : transform.element);
  return { reference, element, form, token };
}

/** The CanonicalizationMethod of an STR-Transform. @spec WS-Security 1.1 §8.3 */
function tokenForm(transform: XmlElement): XmlElement {
  const [parameters, surplus] = onlyElements(transform);
  if (parameters?.localName !== 'TransformationParameters' || parameters.namespace !== WSSE_NAMESPACE) {
    throw malformedAt(transform, 'no TransformationParameters');
  }
  allowAttributes(parameters);
  const [method, other] = onlyElements(parameters);
  if (surplus !== undefined || other !== undefined) throw malformedAt(transform, 'unexpected content');
  return requireDs(parameters, method, 'CanonicalizationMethod');
}

/** Throws SIGNATURE_ALGORITHM for a form that is not exclusive. @spec Digikoppeling WB007 */
function exclusiveForm(el: XmlElement): CanonicalForm {
  const form = canonicalFormOf(el);
  if (!form.exclusive) throw refusal('SIGNATURE_ALGORITHM', 'a canonicalization that is not exclusive');
  return form;
}
