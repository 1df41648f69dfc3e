import { isTestOin, OIN_TYPE, oinOf } from '../oin.ts';
import { sameTyped } from '../typed-value.ts';
import type { TypedValue } from '../typed-value.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { placeOfParty } from './places.ts';
import type { RuleSubject } from './places.ts';

/** PartyIds: distinct, of type OIN, in the form of one. @spec Digikoppeling ebMS2 §3.1.1 */
export function checkParties({ cpa }: RuleSubject): readonly Finding[] {
  const [first, second] = cpa.parties;
  const shared = first?.partyIds.filter((id) => second?.partyIds.some((other) => sameTyped(id, other))) ?? [];
  return [
    ...shared.map((id) => finding('PARTY_ID_SHARED', '//PartyInfo/PartyId', id.value)),
    ...cpa.parties.flatMap((party) =>
      party.partyIds.flatMap((id) => judgePartyId(id, `${placeOfParty(cpa, party)}/PartyId`)),
    ),
  ];
}

function judgePartyId({ type, value }: TypedValue, place: string): readonly Finding[] {
  if (type !== OIN_TYPE) return [finding('PARTY_ID_TYPE', place, `${type ?? 'no type'}, ${value}`)];
  if (oinOf(value) === undefined) return [finding('OIN_FORM', place, value)];
  return isTestOin(value) ? [finding('OIN_TEST', place, value)] : [];
}
