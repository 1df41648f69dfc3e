import type { XmlAttribute, XmlDocument, XmlElement } from '../../xml/tree.ts';
import { DS_NAMESPACE } from '../../xmlsec/algorithms.ts';
import { collectIds, type ElementIds } from '../../xmlsec/element-ids.ts';
import { XENC_NAMESPACE } from '../../xmlsec/encryption/algorithms.ts';
import { WSU_NAMESPACE } from '../namespaces.ts';

/** wsu:Id anywhere, and Id on elements of XML Signature and XML Encryption. Throws SIGNATURE_INVALID. @spec WS-Security 1.1 §4.2 */
export function idsOf(document: XmlDocument): ElementIds {
  return collectIds(document, isId);
}

function isId({ namespace, localName }: XmlAttribute, el: XmlElement): boolean {
  if (localName !== 'Id') return false;
  if (namespace !== '') return namespace === WSU_NAMESPACE;
  return el.namespace === DS_NAMESPACE || el.namespace === XENC_NAMESPACE;
}
