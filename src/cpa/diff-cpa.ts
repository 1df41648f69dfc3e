import { openCertificate, readCertificate } from './certificate.ts';
import type { Cpa, MessagingBinding, PartyInfo } from './model.ts';
import { typedKey } from './typed-value.ts';

/** One fact of a contract that another has not, or has otherwise; undefined: it is not there. */
export interface CpaDifference {
  /** Such as `party urn:osb:oin:… / certificate sign / expires`. */
  readonly place: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs in what a gateway acts on: parties, certificates, endpoints, channels, algorithms, actions. */
export function diffCpas(before: Cpa, after: Cpa): readonly CpaDifference[] {
  const [a, b] = [factsOf(before), factsOf(after)];
  const places = new Set([...a.keys(), ...b.keys()]);
  return Array.from(places).flatMap((place) => {
    const difference = { place, before: a.get(place), after: b.get(place) };
    return difference.before === difference.after ? [] : [difference];
  });
}

type Fact = readonly [place: string, value: string | undefined];

function factsOf(cpa: Cpa): ReadonlyMap<string, string> {
  const facts: Fact[] = [
    ['cpaid', cpa.cpaId],
    ['version', cpa.version],
    ['status', cpa.status],
    ['start', new Date(cpa.start).toISOString()],
    ['end', new Date(cpa.end).toISOString()],
    ['signed', String(cpa.signed)],
    ...cpa.parties.flatMap(partyFacts),
  ];
  const map = new Map<string, string>();
  for (const [place, value] of facts) {
    if (value === undefined || value === '') continue;
    const known = map.get(place);
    map.set(place, known === undefined || known === value ? value : `${known}, ${value}`);
  }
  return map;
}

function partyFacts(party: PartyInfo): readonly Fact[] {
  const ids = party.partyIds.map(typedKey);
  const within = (facts: readonly Fact[]): readonly Fact[] =>
    facts.map(([place, value]) => [`party ${ids[0] ?? party.partyName} / ${place}`, value]);
  return within([
    ['name', party.partyName],
    ['ids', ids.join(', ')],
    ['default MSH channel', party.defaultMshChannelId],
    ...party.roles.flatMap(({ role, service, canSend, canReceive }): readonly Fact[] => [
      ...canSend.map(
        ({ action, channelIds }): Fact => [actionPlace(role, service, 'sends', action), channelIds.join(', ')],
      ),
      ...canReceive.map(
        ({ action, channelIds }): Fact => [actionPlace(role, service, 'receives', action), channelIds.join(', ')],
      ),
    ]),
    ...certificateFacts(party),
    ...channelFacts(party),
    ...exchangeFacts(party),
  ]);
}

function actionPlace(
  role: string,
  service: PartyInfo['roles'][number]['service'],
  verb: string,
  action: string,
): string {
  return `role ${role} / ${typedKey(service)} / ${verb} ${action} on channel`;
}

function certificateFacts({ certificates }: PartyInfo): readonly Fact[] {
  return Array.from(certificates.values()).flatMap(({ certId, der }): readonly Fact[] => {
    const facts = der === undefined ? undefined : readCertificate(der);
    const place = `certificate ${certId}`;
    if (der === undefined || facts === undefined) return [[place, 'cannot be read']];
    return [
      [`${place} / subject`, facts.subject],
      [`${place} / issuer`, facts.issuer],
      [`${place} / serial`, openCertificate(der)?.serialNumber],
      [`${place} / valid from`, new Date(facts.notBefore).toISOString()],
      [`${place} / valid to`, new Date(facts.notAfter).toISOString()],
      [`${place} / key`, `${facts.keyType} ${facts.rsaBits ?? ''}`.trim()],
      [`${place} / SHA-256`, facts.fingerprint],
    ];
  });
}

function channelFacts({ channels, transports }: PartyInfo): readonly Fact[] {
  const ofChannels = Array.from(channels.values()).flatMap((channel): readonly Fact[] => {
    const place = `channel ${channel.channelId}`;
    return [
      [`${place} / transport`, channel.transportId],
      [`${place} / document exchange`, channel.docExchangeId],
      [`${place} / syncReplyMode`, channel.syncReplyMode],
      [`${place} / ackRequested`, channel.ackRequested],
      [`${place} / ackSignatureRequested`, channel.ackSignatureRequested],
      [`${place} / duplicateElimination`, channel.duplicateElimination],
      [`${place} / actor`, channel.actor],
    ];
  });
  const ofTransports = Array.from(transports.values()).flatMap((transport): readonly Fact[] => {
    const place = `transport ${transport.transportId}`;
    return [
      ...transport.endpoints.map(
        ({ uri, type }): Fact => [`${place} / endpoint${type === undefined ? '' : ` ${type}`}`, uri],
      ),
      [`${place} / security`, transport.securityProtocol],
      [`${place} / client certificate`, transport.clientCertificateRef],
      [`${place} / server certificate`, transport.serverCertificateRef],
    ];
  });
  return [...ofChannels, ...ofTransports];
}

function exchangeFacts({ docExchanges }: PartyInfo): readonly Fact[] {
  return Array.from(docExchanges.values()).flatMap(({ docExchangeId, sender, receiver }) => [
    ...bindingFacts(`document exchange ${docExchangeId} / sender`, sender),
    ...bindingFacts(`document exchange ${docExchangeId} / receiver`, receiver),
  ]);
}

function bindingFacts(place: string, binding: MessagingBinding | undefined): readonly Fact[] {
  if (binding === undefined) return [];
  const { reliable, persistDuration, nonRepudiation, envelope } = binding;
  return [
    [`${place} / retries`, reliable?.retries?.toString()],
    [`${place} / retry interval`, seconds(reliable?.retryInterval)],
    [`${place} / message order`, reliable?.messageOrder],
    [`${place} / persist duration`, seconds(persistDuration)],
    [`${place} / hash`, nonRepudiation?.hashFunction],
    [`${place} / signature algorithms`, nonRepudiation?.signatureAlgorithms.join(', ')],
    [`${place} / signing certificate`, nonRepudiation?.certificateRef],
    [`${place} / encryption algorithms`, envelope?.encryptionAlgorithms.join(', ')],
    [`${place} / encryption certificate`, envelope?.certificateRef],
  ];
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms / 1000} s`;
}
