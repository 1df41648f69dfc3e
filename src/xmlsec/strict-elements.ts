import { attribute, type XmlElement, simpleText } from '../xml/tree.ts';
import { DS_NAMESPACE } from './algorithms.ts';
import { malformedAt } from './refusal.ts';

const WHITE_SPACE_ONLY = /^[\t\n\r ]*$/;
const WHITE_SPACE = /[\t\n\r ]+/g;

/** The child elements of an element that may hold nothing else but white space: no text, no comments, no instructions. */
export function onlyElements(el: XmlElement): readonly XmlElement[] {
  const elements: XmlElement[] = [];
  for (const child of el.children) {
    if (child.kind === 'element') elements.push(child);
    else if (child.kind !== 'text' || !WHITE_SPACE_ONLY.test(child.octets)) {
      throw malformedAt(el, `unexpected ${child.kind}`);
    }
  }
  return elements;
}

/** A child that must stand at this place and be this ds: element. */
export function requireDs(parent: XmlElement, el: XmlElement | undefined, localName: string): XmlElement {
  if (el === undefined || !isDs(el, localName)) throw malformedAt(parent, `expected ${localName}`);
  return el;
}

export function isDs(el: XmlElement, localName: string): boolean {
  return el.localName === localName && el.namespace === DS_NAMESPACE;
}

/** Refuses attributes that are not named, and those in a namespace. */
export function allowAttributes(el: XmlElement, ...names: readonly string[]): void {
  for (const one of el.attributes) {
    if (one.namespace !== '' || !names.includes(one.localName))
      throw malformedAt(el, `unexpected attribute ${one.localName}`);
  }
}

export function requireAttribute(el: XmlElement, localName: string): string {
  const value = attribute(el, '', localName);
  if (value === undefined) throw malformedAt(el, `no ${localName}`);
  return value;
}

/** Algorithm of an element that has nothing but this attribute, and no content. */
export function algorithmOnly(el: XmlElement): string {
  allowAttributes(el, 'Algorithm');
  if (onlyElements(el).length > 0) throw malformedAt(el, 'unexpected content');
  return requireAttribute(el, 'Algorithm');
}

/** Strict base64 of an element that holds text only, white space taken out (a peer wraps it with `&#13;` and LF). */
export function base64Text(el: XmlElement): string {
  const text = simpleText(el)?.replace(WHITE_SPACE, '');
  if (text === undefined || text === '' || Buffer.from(text, 'base64').toString('base64') !== text) {
    throw malformedAt(el, 'not base64');
  }
  return text;
}
