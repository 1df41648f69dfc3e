import { GatewayError } from '../errors.ts';
import type { Cpa, PartyInfo } from './model.ts';
import { sameTyped, typedKey } from './typed-value.ts';
import type { TypedValue } from './typed-value.ts';

/** The party that has every one of `ids` (at least one), in any order. @spec ebMS2 §3.1.1 */
export function partyByIds(cpa: Cpa, ids: readonly TypedValue[]): PartyInfo | undefined {
  return cpa.parties.find((party) => hasPartyIds(party, ids));
}

/** Whether every one of `ids`, at least one, is a PartyId of this party. */
export function hasPartyIds({ partyIds }: PartyInfo, ids: readonly TypedValue[]): boolean {
  return ids.length > 0 && ids.every((id) => partyIds.some((own) => sameTyped(own, id)));
}

/**
 * The PartyId of the CPA that `text` names: `type:value`, or the bare value (a bare OIN) where it is unique.
 * Throws PARTY_UNKNOWN.
 */
export function parsePartyKey(text: string, cpa: Cpa): TypedValue {
  const partyIds = cpa.parties.flatMap((party) => party.partyIds);
  const found = findByKey(text, partyIds);
  if (found === undefined) throw new GatewayError('PARTY_UNKNOWN', { detail: `party ${text}, CPA ${cpa.cpaId}` });
  return found;
}

/**
 * The Service of the CPA that `text` names: `type:value`, or the bare value where it is unique.
 * Throws ACTION_NOT_AGREED.
 */
export function parseServiceKey(text: string, cpa: Cpa): TypedValue {
  const services = cpa.parties.flatMap((party) => party.roles.map((role) => role.service));
  const found = findByKey(text, services);
  if (found === undefined) throw new GatewayError('ACTION_NOT_AGREED', { detail: `service ${text}, CPA ${cpa.cpaId}` });
  return found;
}

function findByKey(text: string, values: readonly TypedValue[]): TypedValue | undefined {
  const exact = values.find((value) => typedKey(value) === text);
  if (exact !== undefined) return exact;
  const bare = new Map(values.filter(({ value }) => value === text).map((value) => [typedKey(value), value]));
  return bare.size === 1 ? [...bare.values()][0] : undefined;
}
