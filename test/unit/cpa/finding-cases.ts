import type { FindingCode } from '../../../src/cpa/validate-cpa.ts';
import type { SampleName } from './sample-contract.ts';

type Edit = readonly [from: string | RegExp, to: string];

/** A sample contract with edits that provoke a finding. */
export interface Case {
  readonly code: FindingCode;
  readonly name: string;
  readonly sample?: SampleName;
  readonly now?: number;
  readonly edits?: readonly Edit[];
}

const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const END = '<tns:End>2036-01-01';
const NON_REPUDIATION = /<tns:SenderNonRepudiation>[^]*?<\/tns:SenderNonRepudiation>/g;
const RELIABLE = /(<tns:ebXMLSenderBinding[^>]*>)\s*<tns:ReliableMessaging>[^]*?<\/tns:ReliableMessaging>/g;
const ENDPOINT = 'https://ebms.dienst-voorbeeld.example/ebms';
/** Of the first party. */
const RECEIVER_ENVELOPE = /<tns:ReceiverDigitalEnvelope>[^]*?<\/tns:ReceiverDigitalEnvelope>/;
export const ENVELOPE =
  '<tns:ReceiverDigitalEnvelope><tns:DigitalEnvelopeProtocol>XMLENC</tns:DigitalEnvelopeProtocol>' +
  '<tns:EncryptionAlgorithm>http://www.w3.org/2009/xmlenc11#aes256-gcm</tns:EncryptionAlgorithm>' +
  '<tns:EncryptionCertificateRef tns:certId="PartyB_SigningCertificate"/></tns:ReceiverDigitalEnvelope></tns:ebXMLReceiverBinding>';

export const CASES: readonly Case[] = [
  { code: 'STATUS_PROPOSED', name: 'a proposal', edits: [['"agreed"', '"proposed"']] },
  { code: 'STATUS_SIGNED', name: 'the status signed', edits: [['"agreed"', '"signed"']] },
  { code: 'CPA_SIGNATURE_MISSING', name: 'the status signed without a Signature', edits: [['"agreed"', '"signed"']] },
  {
    code: 'CPA_SIGNATURE_INVALID',
    name: 'an empty Signature',
    edits: [['</tns:CollaborationProtocolAgreement>', '<tns:Signature/></tns:CollaborationProtocolAgreement>']],
  },
  {
    code: 'CPA_ID_FORM',
    name: 'a cpaid that climbs',
    edits: [[/tns:cpaid="[^"]*"/, 'tns:cpaid="../../../etc/zz"']],
  },
  {
    code: 'CPA_ID_FORM',
    name: 'a cpaid of 300 characters',
    edits: [[/tns:cpaid="[^"]*"/, `tns:cpaid="${'z'.repeat(300)}"`]],
  },
  { code: 'SCHEMA_VERSION', name: 'another schema version', edits: [['"2_0b"', '"1.0"']] },
  { code: 'DATES_REVERSED', name: 'an End before Start', edits: [[END, '<tns:End>2025-01-01']] },
  { code: 'DATES_ENDED', name: 'a contract that has ended', now: at('2036-02-01') },
  { code: 'DATES_LATER', name: 'a contract of next year', edits: [['<tns:Start>2026', '<tns:Start>2027']] },
  { code: 'DATES_END_SOON', name: 'a contract that ends in a month', now: at('2035-12-01') },
  { code: 'DATES_LONG', name: 'a contract for twenty years', edits: [[END, '<tns:End>2046-01-01']] },
  { code: 'PARTY_ID_SHARED', name: 'one PartyId for both', edits: [['00000099000000002000', '00000099000000001000']] },
  { code: 'PARTY_ID_TYPE', name: 'a PartyId of another type [KVS §3.1.1.1-2]', edits: [['urn:osb:oin', 'urn:gln']] },
  { code: 'OIN_FORM', name: 'an OIN of 19 positions', edits: [['00000099000000002000', '0000009900000000200']] },
  {
    code: 'OIN_TEST',
    name: 'an OIN with a suffix [KVS §3.1.1.1-3]',
    edits: [['00000099000000002000', '00000001823288444000_OTA']],
  },
  {
    code: 'CHANNEL_MISSING',
    name: 'a ChannelId that leads nowhere',
    edits: [['<tns:ChannelId>PartyA_BusinessChannel', '<tns:ChannelId>Nowhere']],
  },
  { code: 'DEFAULT_CHANNEL_MISSING', name: 'no default channel', edits: [[/ tns:defaultMshChannelId="[^"]*"/, '']] },
  {
    code: 'TRANSPORT_MISSING',
    name: 'a transportId that leads nowhere',
    edits: [['<tns:Transport tns:transportId="PartyA', '<tns:Transport tns:transportId="PartyX']],
  },
  {
    code: 'DOC_EXCHANGE_MISSING',
    name: 'a docExchangeId that leads nowhere',
    edits: [['<tns:DocExchange tns:docExchangeId="PartyA', '<tns:DocExchange tns:docExchangeId="PartyX']],
  },
  {
    code: 'CERTIFICATE_MISSING',
    name: 'a certId that leads nowhere',
    edits: [['SigningCertificateRef tns:certId="PartyA', 'SigningCertificateRef tns:certId="PartyX']],
  },
  {
    code: 'COUNTERPART_MISSING',
    name: 'an action that nobody receives',
    edits: [[/(PartyB_R1_meldingIndienen" tns:action=")meldingIndienen/, '$1melden']],
  },
  {
    code: 'COUNTERPART_DIFFERS',
    name: 'an OtherPartyActionBinding to another action',
    edits: [['>PartyB_R1_meldingIndienen<', '>PartyB_S1_meldingBevestigen<']],
  },
  {
    code: 'RECEIVE_UNMATCHED',
    name: 'an action that nobody sends',
    edits: [[/(PartyB_R1_meldingIndienen" tns:action=")meldingIndienen/, '$1melden']],
  },
  {
    code: 'CHARACTERISTICS_DIFFER',
    name: 'a signature that only one side wants',
    edits: [[/isNonRepudiationRequired="true"/, 'isNonRepudiationRequired="false"']],
  },
  {
    code: 'MESSAGING_DIFFERS',
    name: 'receipts that only one side wants',
    edits: [[/ackRequested="always"/, 'ackRequested="never"']],
  },
  {
    code: 'ACK_PER_MESSAGE',
    name: 'receipts at will',
    edits: [['ackRequested="always"', 'ackRequested="perMessage"']],
  },
  { code: 'ACK_SIGNING_MISSING', name: 'signed receipts without terms to sign them', edits: [[NON_REPUDIATION, '']] },
  {
    code: 'ACK_SIGNED_UNREQUESTED',
    name: 'signed receipts that nobody asks',
    edits: [['ackRequested="always"', 'ackRequested="never"']],
  },
  {
    code: 'SYNC_RESPONSE',
    name: 'business responses in the HTTP answer',
    edits: [['syncReplyMode="none"', 'syncReplyMode="signalsAndResponse"']],
  },
  { code: 'ACTOR_NEXT_MSH', name: 'receipts of the next MSH', edits: [['toPartyMSH', 'nextMSH']] },
  {
    code: 'CHANNELS_SEVERAL',
    name: 'two channels for an action',
    edits: [[/(<tns:ChannelId>[^<]*<\/tns:ChannelId>)/, '$1<tns:ChannelId>PartyA_DefaultChannel</tns:ChannelId>']],
  },
  {
    code: 'BINDING_NESTED',
    name: 'a reply inside its request',
    edits: [[/<\/tns:CanSend>\s*(<tns:CanReceive>[^]*?<\/tns:CanReceive>)/, '$1</tns:CanSend>']],
  },
  {
    code: 'BUSINESS_SIGNALS',
    name: 'business receipts',
    edits: [['isNonRepudiationReceiptRequired="false"', 'isNonRepudiationReceiptRequired="true"']],
  },
  { code: 'RELIABLE_MESSAGING_MISSING', name: 'receipts without ReliableMessaging', edits: [[RELIABLE, '$1']] },
  { code: 'RETRIES_UNSET', name: 'an open schedule', edits: [['<tns:Retries>8</tns:Retries>', '']] },
  {
    code: 'RETRIES_UNSET',
    name: 'an interval of nothing',
    edits: [[/<tns:RetryInterval>[^<]*/, '<tns:RetryInterval>PT0S']],
  },
  { code: 'PERSIST_TOO_SHORT', name: 'best practice itself, a day for 27 hours', edits: [['>P2D<', '>P1D<']] },
  { code: 'MESSAGE_ORDER', name: 'guaranteed order', edits: [['>NotGuaranteed<', '>Guaranteed<']] },
  {
    code: 'MESSAGE_ORDER_IDLE',
    name: 'guaranteed order without duplicate elimination',
    edits: [
      ['>NotGuaranteed<', '>Guaranteed<'],
      [/tns:duplicateElimination="always"/g, 'tns:duplicateElimination="perMessage"'],
    ],
  },
  { code: 'SIGNING_TERMS_MISSING', name: 'a signature without terms', edits: [[NON_REPUDIATION, '']] },
  {
    code: 'ALGORITHM_SHA1',
    name: 'SHA-1',
    edits: [['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1']],
  },
  {
    code: 'ALGORITHM_UNKNOWN',
    name: 'MD5',
    edits: [['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmldsig-more#md5']],
  },
  {
    code: 'ENCRYPTION_TERMS_MISSING',
    name: 'confidential payloads without terms',
    edits: [['isConfidential="transient"', 'isConfidential="persistent"']],
  },
  {
    code: 'ENCRYPTION_RECEIVER_MISSING',
    name: 'an envelope on one side',
    sample: 'osb-rm-e',
    edits: [[RECEIVER_ENVELOPE, '']],
  },
  {
    code: 'ENCRYPTION_SENDER_MISSING',
    name: 'an envelope on one side, seen from the other',
    sample: 'osb-rm-e',
    edits: [[RECEIVER_ENVELOPE, '']],
  },
  {
    code: 'ENCRYPTION_CERTIFICATE_MISSING',
    name: 'an envelope without a certificate',
    sample: 'osb-rm-e',
    edits: [[/<tns:EncryptionCertificateRef [^>]*>/g, '']],
  },
  {
    code: 'ENCRYPTION_UNSIGNED',
    name: 'encryption without a signature',
    sample: 'osb-be-e',
    edits: [['isNonRepudiationRequired="true"', 'isNonRepudiationRequired="false"']],
  },
  {
    code: 'ENCRYPTION_ALGORITHM_LEGACY',
    name: 'CBC',
    sample: 'osb-rm-e',
    edits: [['http://www.w3.org/2009/xmlenc11#aes256-gcm', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc']],
  },
  {
    code: 'ENCRYPTION_ALGORITHM_LEGACY',
    name: '3DES',
    sample: 'osb-rm-e',
    edits: [['http://www.w3.org/2009/xmlenc11#aes256-gcm', 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc']],
  },
  {
    code: 'ENCRYPTION_ALGORITHM_UNKNOWN',
    name: 'another cipher',
    sample: 'osb-rm-e',
    edits: [['http://www.w3.org/2009/xmlenc11#aes256-gcm', 'urn:example:rot13']],
  },
  {
    code: 'CERTIFICATE_MISSING',
    name: 'an encryption certificate that is not there',
    sample: 'osb-rm-e',
    edits: [['EncryptionCertificateRef tns:certId="Party', 'EncryptionCertificateRef tns:certId="No']],
  },
  { code: 'TLS_OUTDATED', name: 'SSL', edits: [['tns:version="1.2">TLS', 'tns:version="3.0">SSL']] },
  {
    code: 'CERTIFICATE_UNREADABLE',
    name: 'a certificate that is none',
    edits: [[/<ds:X509Certificate>[^<]*/g, '<ds:X509Certificate>AAAA']],
  },
  {
    code: 'CERTIFICATE_ENDED',
    name: 'a signing certificate that has ended',
    now: at('2036-02-01'),
    edits: [[END, '<tns:End>2037-01-01']],
  },
  {
    code: 'CERTIFICATE_LATER',
    name: 'a signing certificate of the future',
    now: at('2025-06-01'),
    edits: [['<tns:Start>2026', '<tns:Start>2025']],
  },
  {
    code: 'CERTIFICATE_TLS_DATES',
    name: 'a TLS certificate that has ended',
    sample: 'osb-be',
    now: at('2036-02-01'),
    edits: [[END, '<tns:End>2037-01-01']],
  },
  {
    code: 'CERTIFICATE_ENDS_SOON',
    name: 'a certificate that ends in a month',
    now: at('2035-12-10'),
    edits: [[END, '<tns:End>2037-01-01']],
  },
  {
    code: 'CERTIFICATE_ENDS_FIRST',
    name: 'a contract longer than its certificate',
    edits: [[END, '<tns:End>2036-06-01']],
  },
  {
    code: 'CERTIFICATE_OIN',
    name: 'the certificate of another organisation',
    edits: [['>00000099000000002000<', '>00000099000000003000<']],
  },
  { code: 'ENDPOINT_MISSING', name: 'no Endpoint', edits: [[/<tns:Endpoint [^>]*>/g, '']] },
  { code: 'ENDPOINT_INVALID', name: 'an Endpoint of another scheme', edits: [[ENDPOINT, 'ftp://dienst.example/ebms']] },
  { code: 'ENDPOINT_PLAIN', name: 'plain HTTP', edits: [['https://', 'http://']] },
  { code: 'ENDPOINT_LOCAL', name: 'an Endpoint on this machine', edits: [[ENDPOINT, 'https://127.0.0.1/ebms']] },
  { code: 'ENDPOINTS_SEVERAL', name: 'two Endpoints', edits: [[/(<tns:Endpoint [^>]*>)/, '$1$1']] },
  {
    code: 'ENDPOINT_HOST',
    name: 'an Endpoint on another host than its certificate names',
    edits: [[ENDPOINT, 'https://elders.example/ebms']],
  },
  {
    code: 'TRANSPORT_PROTOCOL',
    name: 'mail',
    edits: [[/>HTTP<\/tns:TransportProtocol>/g, '>SMTP</tns:TransportProtocol>']],
  },
  { code: 'CPA_ID_CHARACTERS', name: 'a cpaid with dots', edits: [[/tns:cpaid="[^"]*"/, 'tns:cpaid="a.b.c"']] },
  {
    code: 'CONVERSATION_CONSTRAINTS',
    name: 'limits to conversations',
    edits: [['</tns:End>', '</tns:End><tns:ConversationConstraints tns:invocationLimit="10"/>']],
  },
  {
    code: 'SERVICES_SEVERAL',
    name: 'two services',
    edits: [[/(<tns:Service [^>]*>[^<]*)(<\/tns:Service>)/, '$1-other$2']],
  },
  { code: 'SERVICE_TYPE', name: 'a Service of another type', edits: [['"urn:osb:services"', '"urn:other"']] },
  {
    code: 'IDENTIFIER_BLANKS',
    name: 'white space in an action [KVS §3.1.4-1, KVS §3.1.5-1]',
    edits: [[/tns:action="([^"])/g, 'tns:action="$1 ']],
  },
  {
    code: 'ROLES_SEVERAL',
    name: 'two roles of one party [KVS §3.1.1.2-1]',
    edits: [
      [
        /(<tns:CollaborationRole>[^]*?<\/tns:CollaborationRole>)/,
        '$1<tns:CollaborationRole><tns:ProcessSpecification tns:name="a" tns:version="1" xlink:type="simple" xlink:href="urn:a"/>' +
          '<tns:Role tns:name="another" xlink:type="simple" xlink:href="urn:b"/><tns:ServiceBinding>' +
          '<tns:Service tns:type="urn:osb:services">other</tns:Service></tns:ServiceBinding></tns:CollaborationRole>',
      ],
    ],
  },
  {
    code: 'CHARACTERISTICS_UNUSUAL',
    name: 'no authentication',
    edits: [[/isAuthenticated="[^"]*"/g, 'isAuthenticated="none"']],
  },
  {
    code: 'RETRIES_DIFFER',
    name: 'another schedule in the binding of the receiver',
    edits: [[/(<tns:ebXMLReceiverBinding[^]*?<tns:Retries>)\d+/g, '$177']],
  },
  {
    code: 'ACTOR_MISSING',
    name: 'no actor',
    edits: [[/ tns:actor="[^"]*"/g, '']],
  },
  {
    code: 'DUPLICATES_ALLOWED',
    name: 'no duplicate elimination under retries',
    edits: [['duplicateElimination="always"', 'duplicateElimination="never"']],
  },
  { code: 'PROFILE', name: 'a profile' },
  {
    code: 'PROFILE_NONE',
    name: 'signed messages with unsigned receipts',
    edits: [['ackSignatureRequested="always"', 'ackSignatureRequested="never"']],
  },
];
