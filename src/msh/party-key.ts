import { OIN_TYPE, oinOf } from '../cpa/oin.ts';

/** A bare OIN stands for its PartyId, as everywhere inside; everything else stays as it is. */
export function partyKeyFrom(party: string): string {
  return oinOf(party) === undefined ? party : `${OIN_TYPE}:${party}`;
}
