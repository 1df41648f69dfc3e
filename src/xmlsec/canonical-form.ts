import type { CanonicalForm } from '../xml/c14n.ts';
import type { XmlElement } from '../xml/tree.ts';
import { canonicalizationAlgorithm, EXCLUSIVE_NAMESPACE } from './algorithms.ts';
import { malformedAt, refusal } from './refusal.ts';
import { allowAttributes, onlyElements, requireAttribute } from './strict-elements.ts';

/** The canonical form that a CanonicalizationMethod or Transform names. Throws SIGNATURE_ALGORITHM, SIGNATURE_INVALID. */
export function canonicalFormOf(el: XmlElement): CanonicalForm {
  allowAttributes(el, 'Algorithm');
  const uri = requireAttribute(el, 'Algorithm');
  const algorithm = canonicalizationAlgorithm(uri);
  if (algorithm === undefined) throw refusal('SIGNATURE_ALGORITHM', `canonicalization ${uri}`);
  const [list, surplus] = onlyElements(el);
  if (list === undefined) return { exclusive: algorithm.exclusive, comments: false };
  if (!algorithm.exclusive || surplus !== undefined) throw malformedAt(el, 'unexpected content');
  return { exclusive: true, comments: false, inclusivePrefixes: prefixList(list) };
}

/** @spec Exclusive XML Canonicalization 1.0 §4 */
function prefixList(el: XmlElement): readonly string[] {
  if (el.localName !== 'InclusiveNamespaces' || el.namespace !== EXCLUSIVE_NAMESPACE) {
    throw malformedAt(el, 'unexpected element');
  }
  allowAttributes(el, 'PrefixList');
  if (onlyElements(el).length > 0) throw malformedAt(el, 'unexpected content');
  return requireAttribute(el, 'PrefixList')
    .split(/[\t\n\r ]/)
    .filter((one) => one !== '');
}
