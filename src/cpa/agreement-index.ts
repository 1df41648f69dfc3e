import type { AgreedParty, Agreement } from './agreement.ts';
import { docExchangeOf, encryptionTermsOf, messageSigning, retryPolicyOf } from './agreement-terms.ts';
import { counterpartsOf, otherParty } from './counterpart.ts';
import type { Side } from './counterpart.ts';
import type { Cpa, DeliveryChannel, PartyInfo } from './model.ts';
import type { TypedValue } from './typed-value.ts';

/** Everything that can be sent under a CPA, resolved once: a message then costs one look-up. */
export interface AgreementIndex {
  /** By From party; within it by `agreementKey`; one entry a pair of roles. */
  readonly sends: ReadonlyMap<PartyInfo, ReadonlyMap<string, readonly Agreement[]>>;
}

const TO_PARTY_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH';
const indexes = new WeakMap<Cpa, AgreementIndex>();

export function agreementIndexOf(cpa: Cpa): AgreementIndex {
  const known = indexes.get(cpa);
  if (known !== undefined) return known;
  const index = { sends: new Map(cpa.parties.map((from) => [from, sendsOf(cpa, from)])) };
  indexes.set(cpa, index);
  return index;
}

/** Service and action as one string; the separator cannot stand in XML. */
export function agreementKey(service: TypedValue, action: string): string {
  return `${service.type ?? ''}\0${service.value}\0${action}`;
}

function sendsOf(cpa: Cpa, from: PartyInfo): ReadonlyMap<string, readonly Agreement[]> {
  const sends = new Map<string, Agreement[]>();
  const to = otherParty(cpa, from);
  for (const role of from.roles) {
    for (const binding of role.canSend) {
      const sending = { party: from, role, binding };
      const agreed = counterpartsOf(sending, to).flatMap((receiving) => agreementOf(cpa, sending, receiving) ?? []);
      const key = agreementKey(role.service, binding.action);
      sends.set(key, [...(sends.get(key) ?? []), ...agreed]);
    }
  }
  return sends;
}

/** undefined when one side's channel cannot be found. */
function agreementOf(cpa: Cpa, sending: Side, receiving: Side): Agreement | undefined {
  const sendChannel = channelOf(sending);
  const receiveChannel = channelOf(receiving);
  if (sendChannel === undefined || receiveChannel === undefined) return undefined;
  const { characteristics } = sending.binding;
  const receiver = docExchangeOf(receiving.party, receiveChannel)?.receiver;
  return {
    cpa,
    from: agreedParty(sending),
    to: agreedParty(receiving),
    service: sending.role.service,
    action: sending.binding.action,
    sendChannel,
    receiveChannel,
    characteristics,
    ackRequested: sendChannel.ackRequested,
    ackSignatureRequested: sendChannel.ackSignatureRequested,
    duplicateElimination: sendChannel.duplicateElimination,
    syncReplyMode: sendChannel.syncReplyMode,
    actor: sendChannel.actor ?? TO_PARTY_MSH,
    endpoint: endpointOf(receiving.party, receiveChannel),
    signing: messageSigning(sending.party, sendChannel, characteristics),
    encryption: encryptionTermsOf(
      characteristics,
      { party: sending.party, channel: sendChannel },
      { party: receiving.party, channel: receiveChannel },
    ),
    retry: retryPolicyOf(sending.party, sendChannel),
    messageOrder: {
      sender: docExchangeOf(sending.party, sendChannel)?.sender?.reliable?.messageOrder === 'Guaranteed',
      receiver: receiver?.reliable?.messageOrder === 'Guaranteed',
    },
    persistDuration: receiver?.persistDuration ?? docExchangeOf(sending.party, sendChannel)?.sender?.persistDuration,
  };
}

export function endpointOf(party: PartyInfo, channel: DeliveryChannel): string | undefined {
  return party.transports.get(channel.transportId)?.endpoints[0]?.uri;
}

function agreedParty({ party, role }: Side): AgreedParty {
  return { info: party, partyIds: party.partyIds, role: role.role };
}

function channelOf({ party, binding }: Side): DeliveryChannel | undefined {
  const [channelId] = binding.channelIds;
  return channelId === undefined ? undefined : party.channels.get(channelId);
}
