import { GatewayError } from '../errors.ts';
import type { XmlElement } from '../xml/tree.ts';
import { attribute, childElements } from '../xml/tree.ts';
import { SOAP_NS } from './envelope.ts';

export const ACTOR_NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';
export const ACTOR_TO_PARTY_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH';
export const ACTOR_NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';

/** The actors in which a gateway that is the last stop acts; no actor at all means the last stop too. */
const OURS: ReadonlySet<string> = new Set(['', ACTOR_NEXT, ACTOR_TO_PARTY_MSH, ACTOR_NEXT_MSH]);

/** The value of soap:actor, undefined when there is none. @spec SOAP 1.1 §4.2.2, ebMS2 §2.3.10, §2.3.11 */
export function actorOf(block: XmlElement): string | undefined {
  return attribute(block, SOAP_NS, 'actor');
}

/**
 * Whether the block must be understood. SOAP 1.1 knows 0 and 1; true and false are read too, because older schemas
 * make it a boolean. Throws SOAP_MALFORMED for any other value. @spec SOAP 1.1 §4.2.3
 */
export function mustUnderstand(block: XmlElement): boolean {
  switch (attribute(block, SOAP_NS, 'mustUnderstand')) {
    case undefined:
    case '0':
    case 'false':
      return false;
    case '1':
    case 'true':
      return true;
    default:
      throw new GatewayError('SOAP_MALFORMED', {
        location: '/Envelope/Header',
        detail: 'mustUnderstand is not 0 or 1',
      });
  }
}

/**
 * Throws SOAP_MUST_UNDERSTAND when a block that must be understood is aimed at us and `understood` does not know it.
 * Blocks for other actors and foreign blocks without mustUnderstand pass. @spec SOAP 1.1 §4.2.3
 */
export function checkMustUnderstand(header: XmlElement | undefined, understood: (block: XmlElement) => boolean): void {
  if (header === undefined) return;
  for (const block of childElements(header)) {
    if (!mustUnderstand(block) || !OURS.has(actorOf(block) ?? '') || understood(block)) continue;
    const detail = `unknown header {${block.namespace}}${block.localName}`;
    throw new GatewayError('SOAP_MUST_UNDERSTAND', { location: '/Envelope/Header', detail });
  }
}
