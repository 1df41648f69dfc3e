import { attribute, resolvePrefix, simpleText, type XmlElement } from '../xml/tree.ts';
import { malformedAt } from './refusal.ts';
import { allowAttributes, onlyElements, requireDs } from './strict-elements.ts';

export const SOAP_NAMESPACE = 'http://schemas.xmlsoap.org/soap/envelope/';

const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';
const NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';

/** The filter that ebMS2 prescribes, with the envelope's own prefix of SOAP. @spec ebMS2 §4.1.3 */
export function actorXPath(prefix: string): string {
  const test = (actor: string): string => `ancestor-or-self::node()[@${prefix}:actor="${actor}"]`;
  return `not(${test(NEXT_MSH)}|${test(NEXT)})`;
}

/** Whether the filter leaves this element out, with all that is in it. */
export function isForNextActor(el: XmlElement): boolean {
  if (el.attributes.length === 0) return false;
  const actor = attribute(el, SOAP_NAMESPACE, 'actor');
  return actor === NEXT_MSH || actor === NEXT;
}

const BEFORE_ACTOR = 'not(ancestor-or-self::node()[@';

/**
 * Refuses a ds:Transform whose XPath is not the prescribed filter. Any prefix will do that stands for SOAP where the XPath stands,
 * and any white space outside the literals. The expression is compared, never evaluated.
 */
export function checkActorXPath(transform: XmlElement): void {
  const [xpath, surplus] = onlyElements(transform);
  const el = requireDs(transform, xpath, 'XPath');
  if (surplus !== undefined) throw malformedAt(transform, 'unexpected content');
  allowAttributes(el);
  const prefix = prefixOf(simpleText(el) ?? '');
  if (prefix === undefined) throw malformedAt(el, 'not the prescribed filter');
  if (resolvePrefix(el, prefix) !== SOAP_NAMESPACE) throw malformedAt(el, 'prefix is not that of SOAP');
}

/** Prefix that the XPath of a checked Transform uses for SOAP. */
export function xpathPrefix(el: XmlElement): string {
  return prefixOf(simpleText(el) ?? '') ?? '';
}

/** The filter as known peers write it, to the letter: it need not be taken apart. */
const USUAL = new Map(['soap', 'SOAP', 'SOAP-ENV', 'soapenv', 'S'].map((prefix) => [actorXPath(prefix), prefix]));

/** The prefix of SOAP in the prescribed filter; undefined for any other expression. */
function prefixOf(xpath: string): string | undefined {
  const usual = USUAL.get(xpath);
  if (usual !== undefined) return usual;
  const text = withoutBlanks(xpath);
  const prefix = text.slice(BEFORE_ACTOR.length, text.indexOf(':', BEFORE_ACTOR.length));
  return prefix !== '' && text === actorXPath(prefix) ? prefix : undefined;
}

/** Every second piece between double quotes is a literal, which stays as it is. */
function withoutBlanks(xpath: string): string {
  return xpath
    .split('"')
    .map((piece, index) => (index % 2 === 0 ? piece.replace(/[\t\n\r ]+/g, '') : piece))
    .join('"');
}
