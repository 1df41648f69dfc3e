import type { TypedValue } from '../cpa/typed-value.ts';
import type { XmlElement } from '../xml/tree.ts';
import { escapeText, tag } from '../xml/writer.ts';
import { checkAttributes, identifier, typedIdentifier } from './element-values.ts';
import type { Party } from './message.ts';
import { Sequence } from './sequence.ts';

const PARTY_IDS = { min: 1, max: 16 };

/** From or To. @spec ebMS2 §3.1.1 */
export function parseParty(element: XmlElement, location: string): Party {
  checkAttributes(element, location);
  const sequence = new Sequence(element, location);
  const partyIds = sequence
    .many('PartyId', PARTY_IDS)
    .map((partyId) => typedIdentifier(partyId, `${location}/PartyId`));
  const role = sequence.optional('Role');
  sequence.end('closed');
  return { partyIds, role: role === undefined ? undefined : identifier(role, `${location}/Role`) };
}

export function writeParty(name: 'eb:From' | 'eb:To', { partyIds, role }: Party): string {
  const ids = partyIds.map((partyId) => writeTyped('eb:PartyId', partyId));
  return tag(name, {}, ...ids, role === undefined ? '' : tag('eb:Role', {}, escapeText(role)));
}

/** PartyId or Service. */
export function writeTyped(name: string, { type, value }: TypedValue): string {
  return tag(name, { 'eb:type': type }, escapeText(value));
}
