import { SOAP_NS } from '../soap/envelope.ts';
import { ACTOR_NEXT, ACTOR_NEXT_MSH, actorOf, mustUnderstand } from '../soap/header-blocks.ts';
import type { XmlElement } from '../xml/tree.ts';
import { attribute } from '../xml/tree.ts';
import { checkAttributes, checkBlockAttributes, requiredAttribute } from './element-values.ts';
import { invalid } from './sequence.ts';

const VERSION: readonly string[] = ['version'];

export interface HeaderExtension {
  readonly version: string;
  readonly actor: string | undefined;
}

/**
 * The attributes of a header block: eb:version and soap:mustUnderstand must be there, `more` may be. Their values are
 * left to the checks. @spec ebMS2 §2.3.8, §2.3.9
 */
export function parseHeaderExtension(
  block: XmlElement,
  location: string,
  more: readonly string[] = VERSION,
): HeaderExtension {
  checkBlockAttributes(block, location, more);
  if (attribute(block, SOAP_NS, 'mustUnderstand') === undefined) {
    throw invalid(`${location}/@mustUnderstand`, 'missing');
  }
  mustUnderstand(block);
  return { version: requiredAttribute(block, location, 'version'), actor: actorOf(block) };
}

/**
 * The same for a block that never goes to an intermediary. Under the actor next or nextMSH it would stand outside of
 * the signature, so it is refused there, signed or not; its other actors mean nothing.
 */
export function parseEndToEndExtension(block: XmlElement, location: string, more?: readonly string[]): string {
  const { version, actor } = parseHeaderExtension(block, location, more);
  if (actor === ACTOR_NEXT || actor === ACTOR_NEXT_MSH) throw invalid(`${location}/@actor`, 'not for an intermediary');
  return version;
}

/** The attributes of an element in the Body: only eb:version must be there. */
export function parseBodyExtension(element: XmlElement, location: string, more: readonly string[] = VERSION): string {
  checkAttributes(element, location, more);
  return requiredAttribute(element, location, 'version');
}
