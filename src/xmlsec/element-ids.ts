import { isNcName } from '../xml/characters.ts';
import { type XmlAttribute, XML_NAMESPACE } from '../xml/events.ts';
import { isNamedId, type XmlDocument, type XmlElement } from '../xml/tree.ts';
import { refusal } from './refusal.ts';

/** Which attributes name an element that a Reference may point at. */
export type IsId = (attribute: XmlAttribute, el: XmlElement) => boolean;

/** Every Id of one document. */
export interface ElementIds {
  /** The one element that `#id` means. Throws SIGNATURE_INVALID when there is none, or when the reference has another form. */
  find(uri: string): XmlElement;
}

/**
 * Collects the Ids of a document. An Id that stands twice is refused, xml:id counted among them. So is one whose value
 * stands in any other attribute that some reader might take for an Id (`ID`, `id`, one in another namespace), so that no two readers
 * can resolve a Reference to different elements; among themselves such attributes are the content's own affair.
 * Throws SIGNATURE_INVALID. @spec WS-Security 1.1 §4, XML Signature §4.4.3.2
 */
export function collectIds({ identified }: XmlDocument, isId: IsId): ElementIds {
  const found: Found = { elements: new Map(), taken: new Set(), alike: new Set() };
  for (const el of identified) collectFrom(el, isId, found);
  const { elements, taken, alike } = found;
  const [smaller, larger] = taken.size < alike.size ? [taken, alike] : [alike, taken];
  for (const id of smaller) if (larger.has(id)) throw ambiguous(id);
  const find = (uri: string): XmlElement => {
    const id = uri.slice(1);
    const el = uri.startsWith('#') && isNcName(id) ? elements.get(id) : undefined;
    if (el === undefined)
      throw refusal('SIGNATURE_INVALID', `no element has the Id of "${uri.slice(0, LONGEST_SHOWN)}"`);
    return el;
  };
  return { find };
}

interface Found {
  readonly elements: Map<string, XmlElement>;
  /** Ids proper, xml:id among them. */
  readonly taken: Set<string>;
  /** Values of attributes that look like Ids. */
  readonly alike: Set<string>;
}

const LONGEST_SHOWN = 200;

function collectFrom(el: XmlElement, isId: IsId, { elements, taken, alike }: Found): void {
  let named = false;
  for (const one of el.attributes) {
    if (!isNamedId(one)) continue;
    const { value } = one;
    const proper = isId(one, el);
    if (!proper && one.namespace !== XML_NAMESPACE) alike.add(value);
    else {
      if (named || taken.has(value)) throw ambiguous(value);
      named = true;
      taken.add(value);
      if (proper) elements.set(value, el);
    }
  }
}

function ambiguous(id: string): Error {
  return refusal('SIGNATURE_INVALID', `the Id "${id.slice(0, LONGEST_SHOWN)}" stands twice, or beside another`);
}
