import { element } from './markup.ts';
import type { Markup } from './markup.ts';
import type { PartyPlan } from './party-plan.ts';
import type { Profile } from './profiles.ts';
import { typedKey } from './typed-value.ts';
import type { TypedValue } from './typed-value.ts';
import { writeDocExchange } from './write-doc-exchange.ts';

export interface Exchange {
  readonly service: TypedValue;
  readonly sends: readonly string[];
  readonly receives: readonly string[];
  readonly otherKey: string;
}

/** PartyInfo of one party, in the order of the schema. @spec CPPA 2.0 §8.4 */
export function writePartyInfo(plan: PartyPlan, exchange: Exchange): Markup {
  const { key, party } = plan;
  return element(
    'tns:PartyInfo',
    {
      'tns:partyName': party.name,
      'tns:defaultMshChannelId': `${key}_DefaultChannel`,
      'tns:defaultMshPackageId': 'MshSignalPackage',
    },
    [
      element('tns:PartyId', { 'tns:type': party.partyId.type }, party.partyId.value),
      element('tns:PartyRef', { 'xlink:href': '' }),
      collaborationRole(plan, exchange),
      ...certificates(plan),
      securityDetails(plan),
      channel(plan, 'Default'),
      channel(plan, 'Business'),
      transport(plan),
      writeDocExchange(plan),
    ],
  );
}

function collaborationRole({ key, party, profile }: PartyPlan, exchange: Exchange): Markup {
  const { service, sends, receives, otherKey } = exchange;
  const href = { 'xlink:href': typedKey(service) };
  const binding = (direction: 'S' | 'R', action: string, index: number): Markup => {
    const other = direction === 'S' ? 'R' : 'S';
    return element(direction === 'S' ? 'tns:CanSend' : 'tns:CanReceive', {}, [
      element(
        'tns:ThisPartyActionBinding',
        {
          'tns:id': bindingId(key, direction, { action, index }),
          'tns:action': action,
          'tns:packageId': 'BusinessMessagePackage',
        },
        [characteristics(profile), element('tns:ChannelId', {}, `${key}_BusinessChannel`)],
      ),
      element('tns:OtherPartyActionBinding', {}, bindingId(otherKey, other, { action, index })),
    ]);
  };
  return element('tns:CollaborationRole', {}, [
    element('tns:ProcessSpecification', { 'tns:name': service.value, 'tns:version': '1.0', ...href }),
    element('tns:Role', { 'tns:name': party.role ?? party.name, ...href }),
    element('tns:ServiceBinding', {}, [
      element('tns:Service', service.type === undefined ? {} : { 'tns:type': service.type }, service.value),
      ...sends.map((action, index) => binding('S', action, index)),
      ...receives.map((action, index) => binding('R', action, index)),
    ]),
  ]);
}

function bindingId(key: string, direction: 'S' | 'R', at: { readonly action: string; readonly index: number }): string {
  return `${key}_${direction}${at.index + 1}_${at.action.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`;
}

/** Fixed by best practice but for signature and confidentiality. @spec Digikoppeling Best Practices ebMS §3 */
function characteristics({ signed, isConfidential }: Profile): Markup {
  const protection = signed ? 'transient-and-persistent' : 'transient';
  return element('tns:BusinessTransactionCharacteristics', {
    'tns:isNonRepudiationRequired': String(signed),
    'tns:isNonRepudiationReceiptRequired': 'false',
    'tns:isConfidential': isConfidential,
    'tns:isAuthenticated': protection,
    'tns:isTamperProof': protection,
    'tns:isAuthorizationRequired': 'true',
    'tns:isIntelligibleCheckRequired': 'false',
    'tns:timeToPerform': 'P2D',
  });
}

function certificates({ key, party, profile }: PartyPlan): readonly Markup[] {
  const { sign, tlsClient = sign, tlsServer = tlsClient, decrypt = sign } = party.certificates;
  const certificate = (use: string, pem: string): Markup =>
    element('tns:Certificate', { 'tns:certId': `${key}_${use}Certificate` }, [
      element('ds:KeyInfo', {}, [
        element('ds:X509Data', {}, [element('ds:X509Certificate', {}, pem.replaceAll(/-----[^-]+-----|\s/g, ''))]),
      ]),
    ]);
  return [
    ...(profile.signed ? [certificate('Signing', sign)] : []),
    ...(profile.encrypted ? [certificate('Encryption', decrypt)] : []),
    certificate('Client', tlsClient),
    certificate('Server', tlsServer),
  ];
}

function securityDetails({ key, profile }: PartyPlan): Markup {
  const uses = [
    ...(profile.signed ? ['Signing'] : []),
    ...(profile.encrypted ? ['Encryption'] : []),
    'Client',
    'Server',
  ];
  const anchors = uses.map((use) => element('tns:AnchorCertificateRef', { 'tns:certId': `${key}_${use}Certificate` }));
  return element('tns:SecurityDetails', { 'tns:securityId': `${key}_Security` }, [
    element('tns:TrustAnchors', {}, anchors),
  ]);
}

/**
 * Both channels share transport and signing terms. Signals of the default channel are never acknowledged: a partner
 * that took a reliable default channel at its word would repeat its own Acknowledgments.
 */
function channel({ key, profile, syncReplyMode }: PartyPlan, use: 'Default' | 'Business'): Markup {
  const business = use === 'Business';
  return element(
    'tns:DeliveryChannel',
    {
      'tns:channelId': `${key}_${use}Channel`,
      'tns:transportId': `${key}_Transport`,
      'tns:docExchangeId': `${key}_DocExchange`,
    },
    [
      element('tns:MessagingCharacteristics', {
        'tns:syncReplyMode': syncReplyMode,
        'tns:ackRequested': business ? profile.ackRequested : 'never',
        'tns:actor': 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH',
        'tns:ackSignatureRequested': business ? profile.ackSignatureRequested : 'never',
        'tns:duplicateElimination': business ? profile.duplicateElimination : 'never',
      }),
    ],
  );
}

function transport({ key, party }: PartyPlan): Markup {
  const protocol = element('tns:TransportProtocol', { 'tns:version': '1.1' }, 'HTTP');
  const security = element('tns:TransportSecurityProtocol', { 'tns:version': '1.2' }, 'TLS');
  const details = { 'tns:securityId': `${key}_Security` };
  return element('tns:Transport', { 'tns:transportId': `${key}_Transport` }, [
    element('tns:TransportSender', {}, [
      protocol,
      element('tns:TransportClientSecurity', {}, [
        security,
        element('tns:ClientCertificateRef', { 'tns:certId': `${key}_ClientCertificate` }),
        element('tns:ServerSecurityDetailsRef', details),
      ]),
    ]),
    element('tns:TransportReceiver', {}, [
      protocol,
      element('tns:Endpoint', { 'tns:uri': party.endpoint, 'tns:type': 'allPurpose' }),
      element('tns:TransportServerSecurity', {}, [
        security,
        element('tns:ServerCertificateRef', { 'tns:certId': `${key}_ServerCertificate` }),
        element('tns:ClientSecurityDetailsRef', details),
      ]),
    ]),
  ]);
}
