import { GatewayError } from '../errors.ts';
import type { Agreement } from './agreement.ts';
import { agreementIndexOf, agreementKey, endpointOf } from './agreement-index.ts';
import { mshChannelOf } from './msh-channel.ts';
import type { BusinessTransactionCharacteristics, Cpa, PartyInfo } from './model.ts';
import { otherParty } from './counterpart.ts';
import { hasPartyIds, partyByIds } from './party-lookup.ts';
import type { TypedValue } from './typed-value.ts';

export { parsePartyKey, parseServiceKey, partyByIds } from './party-lookup.ts';

export interface SendQuery {
  readonly from: TypedValue | readonly TypedValue[];
  readonly fromRole?: string;
  /** The other party of the CPA when absent. */
  readonly to?: TypedValue | readonly TypedValue[];
  readonly toRole?: string;
  readonly service: TypedValue;
  readonly action: string;
}

const HEADER = '//Header/MessageHeader';
const MSH_SERVICE: TypedValue = { value: 'urn:oasis:names:tc:ebxml-msg:service' };
const NO_CHARACTERISTICS: BusinessTransactionCharacteristics = {
  isNonRepudiationRequired: false,
  isNonRepudiationReceiptRequired: false,
  isConfidential: 'none',
  isAuthenticated: 'none',
  isTamperProof: 'none',
  isAuthorizationRequired: false,
  isIntelligibleCheckRequired: false,
  timeToPerform: undefined,
};

/**
 * What is agreed about a business message, for its sender and its receiver alike. Roles may be left out where service
 * and action determine them. Throws PARTY_UNKNOWN and ACTION_NOT_AGREED with the place in the header. @spec ebMS2 §3.1
 */
export function resolveSend(cpa: Cpa, query: SendQuery): Agreement {
  const { from } = resolveParties(cpa, listOf(query.from), query.to === undefined ? undefined : listOf(query.to));
  const { fromRole, toRole } = query;
  const agreed = agreementIndexOf(cpa).sends.get(from)?.get(agreementKey(query.service, query.action)) ?? [];
  const [first, second] = agreed.filter(
    (agreement) =>
      (fromRole === undefined || agreement.from.role === fromRole) &&
      (toRole === undefined || agreement.to.role === toRole),
  );
  if (first === undefined) throw notAgreed(from, query, agreed);
  if (second !== undefined && (fromRole === undefined || toRole === undefined)) {
    const location = `${HEADER}/${fromRole === undefined ? 'From' : 'To'}/Role`;
    throw new GatewayError('ACTION_NOT_AGREED', { location, detail: 'several roles have this action: name them' });
  }
  return first;
}

/**
 * What is agreed about a message of the MSH itself (Acknowledgment, MessageError, Ping …): each side's channel for it.
 * It is best effort and unsigned; for signed Acknowledgments see `acknowledgmentSigning`. @spec CPPA 2.0 §8.4.1
 */
export function resolveSignal(
  cpa: Cpa,
  from: readonly TypedValue[],
  to: readonly TypedValue[] | undefined,
  action: string,
): Agreement {
  const parties = resolveParties(cpa, from, to);
  const sendChannel = mshChannelOf(parties.from, action);
  const receiveChannel = mshChannelOf(parties.to, action);
  if (sendChannel === undefined || receiveChannel === undefined) {
    throw new GatewayError('ACTION_NOT_AGREED', { location: `${HEADER}/Action`, detail: 'a party has no channel' });
  }
  return {
    cpa,
    from: { info: parties.from, partyIds: parties.from.partyIds, role: undefined },
    to: { info: parties.to, partyIds: parties.to.partyIds, role: undefined },
    service: MSH_SERVICE,
    action,
    sendChannel,
    receiveChannel,
    characteristics: NO_CHARACTERISTICS,
    ackRequested: 'never',
    ackSignatureRequested: 'never',
    duplicateElimination: 'never',
    syncReplyMode: sendChannel.syncReplyMode,
    actor: 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH',
    endpoint: endpointOf(parties.to, receiveChannel),
    signing: undefined,
    encryption: undefined,
    retry: { retries: 0, retryInterval: 0, reliable: false },
    messageOrder: { sender: false, receiver: false },
    persistDuration: undefined,
  };
}

function resolveParties(
  cpa: Cpa,
  fromIds: readonly TypedValue[],
  toIds: readonly TypedValue[] | undefined,
): { readonly from: PartyInfo; readonly to: PartyInfo } {
  const from = partyByIds(cpa, fromIds);
  if (from === undefined) throw new GatewayError('PARTY_UNKNOWN', { location: `${HEADER}/From/PartyId` });
  const to = otherParty(cpa, from);
  if (toIds !== undefined && !hasPartyIds(to, toIds)) {
    throw new GatewayError('PARTY_UNKNOWN', { location: `${HEADER}/To/PartyId` });
  }
  return { from, to };
}

/** Says which of service, action and role is the one that is not agreed. */
function notAgreed(from: PartyInfo, query: SendQuery, agreed: readonly Agreement[]): GatewayError {
  const { fromRole, service, action } = query;
  if (agreed.length > 0) {
    const fromFits = fromRole === undefined || agreed.some((agreement) => agreement.from.role === fromRole);
    return fromFits ? refuse('To/Role', `role ${query.toRole}`) : refuse('From/Role', `role ${fromRole}`);
  }
  const known = from.roles.some((role) => agreementKey(role.service, '') === agreementKey(service, ''));
  return known ? refuse('Action', `action ${action}`) : refuse('Service', `service ${service.value}`);
}

function refuse(place: string, what: string): GatewayError {
  return new GatewayError('ACTION_NOT_AGREED', { location: `${HEADER}/${place}`, detail: `${what} is not agreed` });
}

function listOf(ids: TypedValue | readonly TypedValue[]): readonly TypedValue[] {
  return 'value' in ids ? [ids] : ids;
}
