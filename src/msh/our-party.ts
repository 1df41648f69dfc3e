import type { Agreement } from '../cpa/agreement.ts';
import { type PartyId, typedKey } from '../cpa/typed-value.ts';
import { GatewayError } from '../errors.ts';

/** Whether this gateway speaks for the party: every PartyId is one of `ours`. @spec ebMS2 §3.1.1 */
export function isOurParty(partyIds: readonly PartyId[], ours: ReadonlySet<string>): boolean {
  return partyIds.every((partyId) => ours.has(typedKey(partyId)));
}

/** Nothing leaves in the name of somebody else; `asked` is the party as the application named it. Throws NOT_OUR_PARTY. */
export function requireOurSender({ from }: Agreement, ours: ReadonlySet<string>, asked: string): void {
  if (isOurParty(from.partyIds, ours)) return;
  throw new GatewayError('NOT_OUR_PARTY', {
    location: 'from',
    detail: `${asked} is not one of the parties of this gateway`,
  });
}
