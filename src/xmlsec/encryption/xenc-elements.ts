import { attribute, type XmlElement } from '../../xml/tree.ts';
import { allowAttributes, base64Text, onlyElements } from '../strict-elements.ts';
import { malformedAt } from '../refusal.ts';
import { XENC_NAMESPACE } from './algorithms.ts';

/*
 * What is refused here and in strict-elements.ts is refused with a code of the signature: whoever reads encrypted content turns
 * it into the one refusal of its own.
 */

export function isXenc(el: XmlElement | undefined, localName: string): el is XmlElement {
  return el !== undefined && el.localName === localName && el.namespace === XENC_NAMESPACE;
}

/** A child that must stand at this place and be this xenc: element. */
export function requireXenc(parent: XmlElement, el: XmlElement | undefined, localName: string): XmlElement {
  if (!isXenc(el, localName)) throw malformedAt(parent, `expected ${localName}`);
  return el;
}

/** The CipherValue of a CipherData; a CipherReference would have to be fetched, and is refused. */
export function cipherValueOf(cipherData: XmlElement): XmlElement {
  allowAttributes(cipherData);
  const [value, surplus] = onlyElements(cipherData);
  if (surplus !== undefined) throw malformedAt(cipherData, `unexpected ${surplus.localName}`);
  const cipherValue = requireXenc(cipherData, value, 'CipherValue');
  allowAttributes(cipherValue);
  return cipherValue;
}

export function cipherOctets(cipherData: XmlElement): Buffer {
  return Buffer.from(base64Text(cipherValueOf(cipherData)), 'base64');
}

/** Algorithm of a method; its children are left to the caller. */
export function methodOf(el: XmlElement): { readonly uri: string; readonly parameters: readonly XmlElement[] } {
  allowAttributes(el, 'Algorithm');
  const uri = attribute(el, '', 'Algorithm');
  if (uri === undefined) throw malformedAt(el, 'no Algorithm');
  return { uri, parameters: onlyElements(el) };
}
