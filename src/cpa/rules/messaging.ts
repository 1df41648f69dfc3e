import { acknowledgmentSigning } from '../acknowledgment-signing.ts';
import { agreementIndexOf } from '../agreement-index.ts';
import type { Cpa, DeliveryChannel } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { channelsInUse, placeOfChannel, placeOfParty, placeOfSide, sidesOf } from './places.ts';
import type { DirectedSide, RuleSubject } from './places.ts';

const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';

/** MessagingCharacteristics, and what an action asks beyond them. @spec CPPA 2.0 §8.4.22 */
export function checkMessaging({ cpa }: RuleSubject): readonly Finding[] {
  return [
    ...cpa.parties.flatMap((party) =>
      channelsInUse(party).flatMap((channel) => judgeChannel(channel, placeOfChannel(cpa, party, channel))),
    ),
    ...sidesOf(cpa).flatMap((side) => judgeBinding(side, placeOfSide(cpa, side))),
    ...checkAcknowledgmentSigning(cpa),
  ];
}

function judgeChannel(channel: DeliveryChannel, place: string): readonly Finding[] {
  const findings: Finding[] = [];
  const { ackRequested, ackSignatureRequested, duplicateElimination, syncReplyMode, actor } = channel;
  if (ackRequested === 'perMessage') findings.push(finding('ACK_PER_MESSAGE', place));
  if (ackRequested === 'never' && ackSignatureRequested === 'always') {
    findings.push(finding('ACK_SIGNED_UNREQUESTED', place));
  }
  if (syncReplyMode === 'responseOnly' || syncReplyMode === 'signalsAndResponse') {
    findings.push(finding('SYNC_RESPONSE', place, syncReplyMode));
  }
  if (actor === NEXT_MSH) findings.push(finding('ACTOR_NEXT_MSH', place));
  if (ackRequested === 'always' && actor === undefined) findings.push(finding('ACTOR_MISSING', place));
  if (ackRequested === 'always' && duplicateElimination !== 'always') {
    findings.push(finding('DUPLICATES_ALLOWED', place, duplicateElimination));
  }
  return findings;
}

function judgeBinding({ binding, direction }: DirectedSide, place: string): readonly Finding[] {
  const findings: Finding[] = [];
  const { isNonRepudiationReceiptRequired, isIntelligibleCheckRequired } = binding.characteristics;
  if (binding.channelIds.length > 1) findings.push(finding('CHANNELS_SEVERAL', place));
  if (binding.nested) findings.push(finding('BINDING_NESTED', place));
  const signals = isNonRepudiationReceiptRequired || isIntelligibleCheckRequired;
  if (signals && direction === 'CanSend') findings.push(finding('BUSINESS_SIGNALS', place));
  return findings;
}

function checkAcknowledgmentSigning(cpa: Cpa): readonly Finding[] {
  const agreements = [...agreementIndexOf(cpa).sends.values()].flatMap((sends) => [...sends.values()].flat());
  return agreements
    .filter(({ ackRequested, ackSignatureRequested }) => ackRequested !== 'never' && ackSignatureRequested === 'always')
    .filter((agreement) => acknowledgmentSigning(agreement).length === 0)
    .map(({ to, action }) => finding('ACK_SIGNING_MISSING', placeOfParty(cpa, to.info), action));
}
