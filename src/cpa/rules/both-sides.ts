import { counterpartsOf, otherParty } from '../counterpart.ts';
import type { Side } from '../counterpart.ts';
import type { BusinessTransactionCharacteristics, Cpa, DeliveryChannel, DocExchange } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { placeOfSide, sidesOf } from './places.ts';
import type { RuleSubject } from './places.ts';

const COMPARED_CHARACTERISTICS = [
  'isNonRepudiationRequired',
  'isNonRepudiationReceiptRequired',
  'isConfidential',
  'isAuthenticated',
  'isTamperProof',
  'isAuthorizationRequired',
  'isIntelligibleCheckRequired',
  'timeToPerform',
] as const satisfies readonly (keyof BusinessTransactionCharacteristics)[];

const COMPARED_MESSAGING = [
  'syncReplyMode',
  'ackRequested',
  'ackSignatureRequested',
  'duplicateElimination',
] as const satisfies readonly (keyof DeliveryChannel)[];

/** What one party sends the other must receive, under the same terms. @spec CPPA 2.0 §8.4.7 */
export function checkBothSides({ cpa }: RuleSubject): readonly Finding[] {
  const sides = sidesOf(cpa);
  const sending = sides.filter(({ direction }) => direction === 'CanSend');
  const received = new Set(
    sending.flatMap((side) => counterpartsOf(side, otherParty(cpa, side.party)).map(({ binding }) => binding)),
  );
  const unmatched = sides
    .filter(({ direction, binding }) => direction === 'CanReceive' && !received.has(binding))
    .map((side) => finding('RECEIVE_UNMATCHED', placeOfSide(cpa, side), side.binding.action));
  return [...sending.flatMap((side) => judgeSending(cpa, side)), ...unmatched];
}

function judgeSending(cpa: Cpa, side: Side): readonly Finding[] {
  const place = placeOfSide(cpa, side);
  const counterparts = counterpartsOf(side, otherParty(cpa, side.party));
  const { action, otherPartyActionBinding: named } = side.binding;
  if (counterparts.length === 0) return [finding('COUNTERPART_MISSING', place, action)];
  if (named !== undefined && counterparts.every(({ binding }) => binding.id !== named)) {
    return [finding('COUNTERPART_DIFFERS', place, named)];
  }
  return counterparts.flatMap((other) => [
    ...compareBindings(place, side, other),
    ...compareChannels(place, side, other),
    ...compareSchedules(place, side, other),
  ]);
}

function compareBindings(place: string, side: Side, other: Side): readonly Finding[] {
  const [own, others] = [side.binding.characteristics, other.binding.characteristics];
  const differing = COMPARED_CHARACTERISTICS.filter((name) => own[name] !== others[name]);
  return differing.length === 0 ? [] : [finding('CHARACTERISTICS_DIFFER', place, differing.join(', '))];
}

function compareChannels(place: string, side: Side, other: Side): readonly Finding[] {
  const own = side.party.channels.get(side.binding.channelIds[0] ?? '');
  const others = other.party.channels.get(other.binding.channelIds[0] ?? '');
  if (own === undefined || others === undefined) return [];
  const differing = COMPARED_MESSAGING.filter((name) => own[name] !== others[name]);
  return differing.length === 0 ? [] : [finding('MESSAGING_DIFFERS', place, differing.join(', '))];
}

/** Some gateways take the schedule of what they send from the binding of who receives it. */
function compareSchedules(place: string, side: Side, other: Side): readonly Finding[] {
  const own = bindingsOf(side)?.sender?.reliable;
  const others = bindingsOf(other)?.receiver?.reliable;
  if (own === undefined || others === undefined) return [];
  if (own.retries === others.retries && own.retryInterval === others.retryInterval) return [];
  return [finding('RETRIES_DIFFER', place)];
}

function bindingsOf({ party, binding }: Side): DocExchange | undefined {
  const channel = party.channels.get(binding.channelIds[0] ?? '');
  return channel === undefined ? undefined : party.docExchanges.get(channel.docExchangeId);
}
