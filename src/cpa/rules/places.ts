import type { Side } from '../counterpart.ts';
import type { Cpa, DeliveryChannel, PartyInfo } from '../model.ts';

/** What every rule is given. `now` in ms since 1970 UTC. */
export interface RuleSubject {
  readonly cpa: Cpa;
  readonly now: number;
}

export const ROOT = '/CollaborationProtocolAgreement';

export function placeOfParty(cpa: Cpa, party: PartyInfo): string {
  return `${ROOT}/PartyInfo[${cpa.parties.indexOf(party) + 1}]`;
}

export function placeOfChannel(cpa: Cpa, party: PartyInfo, channel: DeliveryChannel): string {
  return `${placeOfParty(cpa, party)}/DeliveryChannel[@channelId='${channel.channelId}']`;
}

export function placeOfDocExchange(cpa: Cpa, party: PartyInfo, id: string): string {
  return `${placeOfParty(cpa, party)}/DocExchange[@docExchangeId='${id}']`;
}

export interface DirectedSide extends Side {
  readonly direction: 'CanSend' | 'CanReceive';
}

/** Every action of every role of both parties. */
export function sidesOf(cpa: Cpa): readonly DirectedSide[] {
  return cpa.parties.flatMap((party) =>
    party.roles.flatMap((role) => [
      ...role.canSend.map((binding) => ({ party, role, binding, direction: 'CanSend' as const })),
      ...role.canReceive.map((binding) => ({ party, role, binding, direction: 'CanReceive' as const })),
    ]),
  );
}

export function placeOfSide(cpa: Cpa, { party, binding }: Side): string {
  return `${placeOfParty(cpa, party)}//ThisPartyActionBinding[@id='${binding.id}']`;
}

/** The channels that an action of either party or a signal uses, each once. */
export function channelsInUse(party: PartyInfo): readonly DeliveryChannel[] {
  const ids = [
    party.defaultMshChannelId,
    ...party.overrides.map((override) => override.channelId),
    ...party.roles.flatMap((role) => [...role.canSend, ...role.canReceive].map((binding) => binding.channelIds[0])),
  ];
  return [...new Set(ids)].flatMap((id) => (id === undefined ? [] : (party.channels.get(id) ?? [])));
}
