import type { ActionBinding, CollaborationRole, Cpa, PartyInfo } from './model.ts';
import { sameTyped } from './typed-value.ts';

/** One party's half of an action. */
export interface Side {
  readonly party: PartyInfo;
  readonly role: CollaborationRole;
  readonly binding: ActionBinding;
}

/** The other of the two parties. */
export function otherParty(cpa: Cpa, party: PartyInfo): PartyInfo {
  const other = cpa.parties.find((candidate) => candidate !== party);
  if (other === undefined) throw new Error('parseCpa gives two parties');
  return other;
}

/**
 * The CanReceives that belong to a CanSend: the one that OtherPartyActionBinding names where it has the same service
 * and action, else every one with the same service and action.
 */
export function counterpartsOf(sending: Side, other: PartyInfo): readonly Side[] {
  const alike = other.roles
    .filter((role) => sameTyped(role.service, sending.role.service))
    .flatMap((role) => role.canReceive.map((binding) => ({ party: other, role, binding })))
    .filter(({ binding }) => binding.action === sending.binding.action);
  const named = alike.filter(({ binding }) => binding.id === sending.binding.otherPartyActionBinding);
  return named.length > 0 ? named : alike;
}
