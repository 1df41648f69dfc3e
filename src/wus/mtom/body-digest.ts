import { GatewayError } from '../../errors.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import type { CanonicalForm, DigestedForm } from '../../xml/c14n.ts';
import { attribute, findChild, type XmlElement } from '../../xml/tree.ts';
import { canonicalizationAlgorithm, DS_NAMESPACE, digestAlgorithm } from '../../xmlsec/algorithms.ts';
import { canonicalFormOf } from '../../xmlsec/canonical-form.ts';
import { type ParsedReference, parseSignature } from '../../xmlsec/signature.ts';
import { WSSE_NAMESPACE, WSU_NAMESPACE } from '../namespaces.ts';
import { ExpandedDigest } from './expanded-digest.ts';

/**
 * Begins the digest that the signature will be asked for of a Body with attachments, before they are there. It believes nothing:
 * whoever verifies asks for an element, a form and an algorithm, and gets this digest only when it is of exactly these.
 * undefined where none can be foreseen. One digest at most, so that each octet that comes is digested once.
 */
export function beginBodyDigest({ header, body }: SoapEnvelope): ExpandedDigest | undefined {
  const security = header && findChild(header, WSSE_NAMESPACE, 'Security');
  const signature = security && findChild(security, DS_NAMESPACE, 'Signature');
  if (signature === undefined) return undefined;
  try {
    const form = foreseenForm(signature, `#${attribute(body, WSU_NAMESPACE, 'Id') ?? ''}`);
    return form && new ExpandedDigest(body, form);
  } catch (error) {
    // Whoever verifies finds the same, and says why it is refused.
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

/** Whether two forms give the same octets and the same digest of them. */
export function isSameForm(left: DigestedForm, right: DigestedForm): boolean {
  return (
    left.digest === right.digest &&
    left.exclusive === right.exclusive &&
    left.comments === right.comments &&
    prefixesOf(left) === prefixesOf(right)
  );
}

function prefixesOf({ inclusivePrefixes = [] }: CanonicalForm): string {
  return inclusivePrefixes.toSorted().join(' ');
}

function foreseenForm(signature: XmlElement, uri: string): DigestedForm | undefined {
  const reference = parseSignature(signature).references.find((one) => one.uri === uri);
  return reference && formOf(reference);
}

function formOf({ transforms, digest }: ParsedReference): DigestedForm | undefined {
  const [transform, surplus] = transforms;
  const algorithm = digestAlgorithm(digest);
  if (transform === undefined || surplus !== undefined || algorithm === undefined) return undefined;
  if (canonicalizationAlgorithm(transform.algorithm) === undefined) return undefined;
  return { ...canonicalFormOf(transform.element), digest: algorithm.hash };
}
