import type { Cpa, DeliveryChannel, DocExchange, MessagingBinding, PartyInfo } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { channelsInUse, placeOfDocExchange } from './places.ts';
import type { RuleSubject } from './places.ts';

/** ReliableMessaging of the channels that ask Acknowledgments. @spec CPPA 2.0 §8.4.41 */
export function checkReliability({ cpa }: RuleSubject): readonly Finding[] {
  return cpa.parties.flatMap((party) =>
    [...Map.groupBy(channelsInUse(party), (channel) => channel.docExchangeId)].flatMap(([id, channels]) =>
      judgeDocExchange(cpa, { party, channels, docExchange: party.docExchanges.get(id) }),
    ),
  );
}

interface Subject {
  readonly party: PartyInfo;
  readonly channels: readonly DeliveryChannel[];
  readonly docExchange: DocExchange | undefined;
}

function judgeDocExchange(cpa: Cpa, { party, channels, docExchange }: Subject): readonly Finding[] {
  if (docExchange === undefined) return [];
  const place = placeOfDocExchange(cpa, party, docExchange.docExchangeId);
  const { sender, receiver } = docExchange;
  const demanded = channels.some((channel) => channel.ackRequested === 'always');
  const missing = demanded && sender?.reliable === undefined;
  return [
    ...(missing ? [finding('RELIABLE_MESSAGING_MISSING', `${place}/ebXMLSenderBinding`)] : []),
    ...(sender?.reliable?.messageOrder === 'Guaranteed' && !channels.every(canBeOrdered)
      ? [finding('MESSAGE_ORDER_IDLE', `${place}/ebXMLSenderBinding`)]
      : []),
    ...judgeBinding(sender, `${place}/ebXMLSenderBinding`),
    ...judgeBinding(receiver, `${place}/ebXMLReceiverBinding`),
  ];
}

/** MessageOrder needs once-and-only-once delivery, and stands never beside SyncReply. @spec ebMS2 §9.1, §9.2 */
function canBeOrdered({ ackRequested, duplicateElimination, syncReplyMode }: DeliveryChannel): boolean {
  const synchronous = syncReplyMode !== 'none' && syncReplyMode !== 'responseOnly';
  return ackRequested === 'always' && duplicateElimination === 'always' && !synchronous;
}

function judgeBinding(binding: MessagingBinding | undefined, place: string): readonly Finding[] {
  const reliable = binding?.reliable;
  if (reliable === undefined) return [];
  const findings: Finding[] = [];
  const { retries, retryInterval, messageOrder } = reliable;
  const persistDuration = binding?.persistDuration;
  if (messageOrder === 'Guaranteed') findings.push(finding('MESSAGE_ORDER', place));
  if (retries === undefined || retryInterval === undefined || retryInterval === 0)
    findings.push(finding('RETRIES_UNSET', place));
  else if (persistDuration !== undefined && persistDuration < (1 + retries) * retryInterval) {
    const needed = minutes((1 + retries) * retryInterval);
    findings.push(
      finding('PERSIST_TOO_SHORT', `${place}/PersistDuration`, `${minutes(persistDuration)}, not ${needed}`),
    );
  }
  return findings;
}

function minutes(ms: number): string {
  return `${ms / 60_000} min`;
}
