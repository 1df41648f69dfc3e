import type { Cpa, DocExchange, PartyInfo } from '../model.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { placeOfChannel, placeOfDocExchange, placeOfParty, placeOfSide, sidesOf } from './places.ts';
import type { RuleSubject } from './places.ts';

/** References that lead nowhere within their party. @spec CPPA 2.0 §8.4 */
export function checkReferences({ cpa }: RuleSubject): readonly Finding[] {
  const bindings = sidesOf(cpa).flatMap((side) =>
    side.binding.channelIds
      .filter((id) => !side.party.channels.has(id))
      .map((id) => finding('CHANNEL_MISSING', `${placeOfSide(cpa, side)}/ChannelId`, id)),
  );
  return [...bindings, ...cpa.parties.flatMap((party) => [...mshChannels(cpa, party), ...insideOf(cpa, party)])];
}

function mshChannels(cpa: Cpa, party: PartyInfo): readonly Finding[] {
  const place = placeOfParty(cpa, party);
  const { defaultMshChannelId: id } = party;
  const missing =
    id === undefined || !party.channels.has(id)
      ? [finding('DEFAULT_CHANNEL_MISSING', `${place}/@defaultMshChannelId`, id ?? 'none')]
      : [];
  const overrides = party.overrides
    .filter(({ channelId }) => !party.channels.has(channelId))
    .map(({ channelId }) => finding('CHANNEL_MISSING', `${place}/OverrideMshActionBinding/@channelId`, channelId));
  return [...missing, ...overrides];
}

function insideOf(cpa: Cpa, party: PartyInfo): readonly Finding[] {
  const channels = [...party.channels.values()].flatMap((channel) => {
    const place = placeOfChannel(cpa, party, channel);
    const { transportId, docExchangeId } = channel;
    return [
      ...(party.transports.has(transportId)
        ? []
        : [finding('TRANSPORT_MISSING', `${place}/@transportId`, transportId)]),
      ...(party.docExchanges.has(docExchangeId)
        ? []
        : [finding('DOC_EXCHANGE_MISSING', `${place}/@docExchangeId`, docExchangeId)]),
    ];
  });
  const documents = [...party.docExchanges.values()].flatMap((docExchange) =>
    certificateRefsOf(docExchange)
      .filter((id) => !party.certificates.has(id))
      .map((id) => finding('CERTIFICATE_MISSING', placeOfDocExchange(cpa, party, docExchange.docExchangeId), id)),
  );
  const transports = [...party.transports.values()].flatMap((transport) =>
    [transport.clientCertificateRef, transport.serverCertificateRef]
      .filter((id) => id !== undefined)
      .filter((id) => !party.certificates.has(id))
      .map((id) =>
        finding(
          'CERTIFICATE_MISSING',
          `${placeOfParty(cpa, party)}/Transport[@transportId='${transport.transportId}']`,
          id,
        ),
      ),
  );
  return [...channels, ...documents, ...transports];
}

/** SigningCertificateRef and EncryptionCertificateRef. */
export function certificateRefsOf({ sender, receiver }: DocExchange): readonly string[] {
  const refs = [sender?.nonRepudiation?.certificateRef, receiver?.envelope?.certificateRef];
  return refs.filter((id) => id !== undefined);
}
