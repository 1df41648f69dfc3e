import { parseDuration } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { attribute, childElements, findChild, findChildren, simpleText } from '../xml/tree.ts';
import type { XmlElement } from '../xml/tree.ts';

export const CPPA_NS = 'http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd';

const WHITE_SPACE = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** An attribute of the CPPA namespace; one without a namespace, as some editors write it, is read as well. */
export function optionalAttribute(element: XmlElement, name: string): string | undefined {
  return (attribute(element, CPPA_NS, name) ?? attribute(element, '', name))?.replaceAll(WHITE_SPACE, '');
}

/** Throws CPA_INVALID when it is absent or empty. */
export function requiredAttribute(element: XmlElement, name: string): string {
  const value = optionalAttribute(element, name);
  if (value === undefined || value === '') throw invalid(`${placeOf(element)}/@${name}`, 'the attribute is missing');
  return value;
}

/** Throws CPA_INVALID when the value is not one of `values`. */
export function enumAttribute<T extends string>(
  element: XmlElement,
  name: string,
  { values, otherwise }: { readonly values: readonly T[]; readonly otherwise: T },
): T {
  const value = optionalAttribute(element, name);
  if (value === undefined) return otherwise;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(`${placeOf(element)}/@${name}`, `it is none of ${values.join(', ')}`);
  return found;
}

/** xsd:boolean; false when absent. Throws CPA_INVALID. */
export function booleanAttribute(element: XmlElement, name: string): boolean {
  const values = ['true', '1', 'false', '0'] as const;
  const value = enumAttribute(element, name, { values, otherwise: 'false' });
  return value === 'true' || value === '1';
}

export function child(element: XmlElement, name: string): XmlElement | undefined {
  return findChild(element, CPPA_NS, name);
}

export function children(element: XmlElement, name: string): readonly XmlElement[] {
  return findChildren(element, CPPA_NS, name);
}

/** Throws CPA_INVALID when there is none. */
export function requiredChild(element: XmlElement, name: string): XmlElement {
  const found = child(element, name);
  if (found === undefined) throw invalid(`${placeOf(element)}/${name}`, 'the element is missing');
  return found;
}

/** Text without white space at its ends. Throws CPA_INVALID when it is empty or holds elements or comments. */
export function requiredText(element: XmlElement): string {
  const text = simpleText(element)?.replaceAll(WHITE_SPACE, '');
  if (text === undefined || text === '') throw invalid(placeOf(element), 'the element holds no plain text');
  return text;
}

/** A hundred years: times that are counted from a longer one, no calendar and no store can hold. */
export const LONGEST_DURATION_MS = 100 * 365 * 86_400_000;

/** xsd:duration in ms. Throws CPA_INVALID, also for one above LONGEST_DURATION_MS. */
export function durationOf(element: XmlElement): number {
  const duration = parseDuration(requiredText(element));
  if (duration === undefined) throw invalid(placeOf(element), 'it is no duration');
  if (duration > LONGEST_DURATION_MS) throw invalid(placeOf(element), 'it is longer than a hundred years');
  return duration;
}

/** Elements by an id of theirs. Throws CPA_INVALID when two have the same. */
export function indexBy<T>(
  elements: readonly XmlElement[],
  idName: string,
  read: (element: XmlElement, id: string) => T,
): ReadonlyMap<string, T> {
  const index = new Map<string, T>();
  for (const element of elements) {
    const id = requiredAttribute(element, idName);
    if (index.has(id)) throw invalid(`${placeOf(element)}/@${idName}`, `the id ${id} stands twice`);
    index.set(id, read(element, id));
  }
  return index;
}

/** An XPath without prefixes, e.g. `/CollaborationProtocolAgreement/PartyInfo[2]/DeliveryChannel[1]`. */
export function placeOf(element: XmlElement): string {
  const { parent, localName } = element;
  if (parent === undefined) return `/${localName}`;
  const alike = childElements(parent).filter((sibling) => sibling.localName === localName);
  const position = alike.length > 1 ? `[${alike.indexOf(element) + 1}]` : '';
  return `${placeOf(parent)}/${localName}${position}`;
}

export function invalid(location: string, reason: string): GatewayError {
  return new GatewayError('CPA_INVALID', { location, detail: `${location}: ${reason}` });
}
