import type { TypedValue } from '../cpa/typed-value.ts';
import { SOAP_NS } from '../soap/envelope.ts';
import type { XmlElement } from '../xml/tree.ts';
import { attribute, simpleText } from '../xml/tree.ts';
import { EB_NS } from './namespaces.ts';
import { invalid } from './sequence.ts';

/** Longest MessageId, CPAId, ConversationId, PartyId, Role, Service, Action or type that is taken, in UTF-16 units. */
export const IDENTIFIER_MAX = 255;
/** Longest URI in an attribute or a Reference. */
export const URI_MAX = 2048;
/** Longest xsd:dateTime; the checks read what it says. */
const DATE_TIME_MAX = 64;

/**
 * Identifiers are taken as they stand: the schema does not collapse their white space and ebms-core does not trim, so
 * trimming here would make two readers see two values. Surrounding white space and control characters are refused
 * instead; no peer sends them.
 */
const IDENTIFIER = /^[^\s\p{Cc}](?:\P{Cc}*[^\s\p{Cc}])?$/u;
/** A MessageId has no white space anywhere; its RFC 5322 form is not demanded of others. */
const MESSAGE_ID = /^[^\s\p{Cc}]+$/u;

const NONE: readonly string[] = [];
const TYPE: readonly string[] = ['type'];

/** The text of an identifier element; CDATA is text, while a comment, instruction or element inside is refused. */
export function identifier(element: XmlElement, location: string): string {
  return checkIdentifier(leafText(element, location), location);
}

/** PartyId or Service: an identifier with an optional eb:type. @spec ebMS2 §3.1.1.1, §3.1.4.1 */
export function typedIdentifier(element: XmlElement, location: string): TypedValue {
  const value = checkIdentifier(leafText(element, location, TYPE), location);
  const type = ebAttribute(element, 'type');
  return type === undefined ? { value } : { type: checkIdentifier(type, `${location}/@type`), value };
}

const UNADDRESSABLE = /\\|(?:^|\/)\.{1,2}(?:\/|$)|%[0-9A-Fa-f]{2}/;

/** Whether a path can name it. What climbs in one, or is decoded there, nobody could fetch, or take. */
export function isAddressable(id: string): boolean {
  return !UNADDRESSABLE.test(id);
}

/** @spec ebMS2 §3.1.6.1 */
export function messageId(element: XmlElement, location: string): string {
  const text = leafText(element, location);
  if (text.length > IDENTIFIER_MAX || !MESSAGE_ID.test(text)) throw invalid(location, 'not a MessageId');
  if (!isAddressable(text)) throw invalid(location, 'a MessageId that no path can name');
  return text;
}

/** xsd:dateTime as a string, its surrounding white space collapsed as the schema says. */
export function dateTime(element: XmlElement, location: string): string {
  const text = leafText(element, location).trim();
  if (text === '' || text.length > DATE_TIME_MAX) throw invalid(location, 'not a dateTime');
  return text;
}

/** Text of any kind, cut to `max`: for people to read, never to decide on. */
export function freeText(element: XmlElement, location: string, max: number): string {
  return leafText(element, location).slice(0, max);
}

/** The text of an element without children; `attributes` as for `checkAttributes`. */
export function leafText(element: XmlElement, location: string, attributes: readonly string[] = NONE): string {
  if (element.attributes.length > 0) checkAttributes(element, location, attributes);
  const text = simpleText(element);
  if (text === undefined) throw invalid(location, 'holds more than text');
  return text;
}

export function checkIdentifier(text: string, location: string): string {
  if (text.length > IDENTIFIER_MAX || !IDENTIFIER.test(text)) throw invalid(location, 'not an identifier');
  return text;
}

/** An attribute of the eb namespace; an unqualified one counts as absent. */
export function ebAttribute(element: XmlElement, localName: string): string | undefined {
  return attribute(element, EB_NS, localName);
}

export function requiredAttribute(element: XmlElement, location: string, localName: string): string {
  const value = ebAttribute(element, localName);
  if (value === undefined) throw invalid(`${location}/@${localName}`, 'missing');
  return checkIdentifier(value, `${location}/@${localName}`);
}

/**
 * Refuses attributes of eb other than `known` and id, and unqualified ones, which the schema forbids: a `type` that is
 * overlooked would change what a PartyId means. Attributes of other namespaces are ignored, except soap:actor: on an
 * element inside a block it would make the actor filter of the signature leave out that element alone.
 */
export function checkAttributes(element: XmlElement, location: string, known: readonly string[] = NONE): void {
  checkBlockAttributes(element, location, known);
  refuseActor(element, location);
}

export function refuseActor(element: XmlElement, location: string): void {
  if (attribute(element, SOAP_NS, 'actor') !== undefined) throw invalid(`${location}/@actor`, 'not on a header block');
}

/** The same for a header block, which may have a soap:actor. */
export function checkBlockAttributes(element: XmlElement, location: string, known: readonly string[]): void {
  for (const { namespace, localName } of element.attributes) {
    if (namespace === EB_NS && (localName === 'id' || known.includes(localName))) continue;
    if (namespace === EB_NS || namespace === '') throw invalid(location, `unexpected attribute ${localName}`);
  }
}
