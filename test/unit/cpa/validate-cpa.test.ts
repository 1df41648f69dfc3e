import assert from 'node:assert/strict';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { PROFILE_NAMES } from '../../../src/cpa/profiles.ts';
import { FINDINGS, validateCpa } from '../../../src/cpa/validate-cpa.ts';
import type { Finding, FindingCode } from '../../../src/cpa/validate-cpa.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import { contract } from '../../setup/msh-contracts.ts';
import { signCpa } from '../../setup/signed-cpas.ts';
import { partyA } from '../../setup/test-keys.ts';
import { alterCertificate, withEcKey } from '../trust/altered-certificate.ts';
import { NOW, sampleCpa, sampleText } from './sample-contract.ts';
import type { SampleName } from './sample-contract.ts';

type Edit = readonly [from: string | RegExp, to: string];

interface Case {
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
const ENVELOPE =
  '<tns:ReceiverDigitalEnvelope><tns:DigitalEnvelopeProtocol>XMLENC</tns:DigitalEnvelopeProtocol>' +
  '<tns:EncryptionAlgorithm>http://www.w3.org/2009/xmlenc11#aes256-gcm</tns:EncryptionAlgorithm>' +
  '<tns:EncryptionCertificateRef tns:certId="PartyB_SigningCertificate"/></tns:ReceiverDigitalEnvelope></tns:ebXMLReceiverBinding>';

const CASES: readonly Case[] = [
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
  { code: 'PROFILE', name: 'a profile' },
  {
    code: 'PROFILE_NONE',
    name: 'signed messages with unsigned receipts',
    edits: [['ackSignatureRequested="always"', 'ackSignatureRequested="never"']],
  },
];

const profiles = (findings: readonly Finding[]): string[] =>
  findings.filter(({ code }) => code === 'PROFILE').map(({ text }) => text.slice(text.indexOf('osb-'), -1));

const codesWith = (pem: string): readonly FindingCode[] => {
  const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '');
  const text = sampleText('osb-rm-s', [/<ds:X509Certificate>[^<]*/g, `<ds:X509Certificate>${base64}`]);
  return validateCpa(parseCpa(Buffer.from(text)), NOW).map(({ code }) => code);
};

describe('validateCpa', () => {
  for (const { code, name, sample = 'osb-rm-s', now = NOW, edits = [] } of CASES) {
    it(`${code}: ${name}`, () => {
      const findings = validateCpa(sampleCpa(sample, ...edits), now);
      const found = findings.find((finding) => finding.code === code);
      assert.ok(found, findings.map((finding) => finding.code).join(' '));
      assert.equal(found.severity, FINDINGS[code].severity);
      assert.ok(found.place.startsWith('/'), found.place);
    });
  }

  it('lists errors first, then warnings, then notes', () => {
    const findings = validateCpa(sampleCpa('osb-rm-s', ['"agreed"', '"proposed"'], ['https://', 'http://']), NOW);
    const order = ['error', 'warning', 'note'];
    const ranks = findings.map(({ severity }) => order.indexOf(severity));
    assert.deepEqual(
      ranks,
      [...ranks].sort((a, b) => a - b),
    );
    assert.equal(new Set(ranks).size, 3);
  });

  it('recognises every profile by what it asks, not by a name', () => {
    for (const sample of PROFILE_NAMES) {
      assert.deepEqual(profiles(validateCpa(sampleCpa(sample), NOW)), [sample, sample]);
    }
    const encrypted = sampleCpa(
      'osb-rm-s',
      ['isConfidential="transient"', 'isConfidential="transient-and-persistent"'],
      ['</tns:ebXMLReceiverBinding>', ENVELOPE],
    );
    assert.deepEqual(profiles(validateCpa(encrypted, NOW)), ['osb-rm-e', 'osb-rm-e']);
  });
});

describe('validateCpa on certificates', () => {
  const now = NOW;
  const covered: FindingCode[] = [];

  it('Digikoppeling TLS006 keys of 2048 bits are phased out and shorter ones refused [Digikoppeling TLS006]', async () => {
    const ca = await createCa({ name: 'CA', now, keyBits: 2048 });
    const leaf = { ca, oin: '00000099000000001000', cn: 'leaf', now };
    const phaseOut = await issueCertificate({ ...leaf, keyBits: 2048 });
    const short = await issueCertificate({ ...leaf, keyBits: 1024 });
    assert.ok(codesWith(phaseOut.certificate).includes('CERTIFICATE_KEY_PHASE_OUT'));
    assert.ok(codesWith(short.certificate).includes('CERTIFICATE_KEY_SHORT'));
    covered.push('CERTIFICATE_KEY_PHASE_OUT', 'CERTIFICATE_KEY_SHORT');
  });

  it('a certificate that is signed with SHA-1, and one that cannot sign messages', async () => {
    const ca = await createCa({ name: 'CA', now, keyBits: 2048 });
    const leaf = await issueCertificate({ ca, oin: '00000099000000001000', cn: 'leaf', now, keyBits: 2048 });
    const sha1 = alterCertificate(leaf.certificate, ca.key, () => undefined, 'sha1');
    assert.ok(codesWith(sha1).includes('CERTIFICATE_SHA1'));
    assert.ok(codesWith(alterCertificate(leaf.certificate, ca.key, withEcKey)).includes('CERTIFICATE_KEY_TYPE'));
    covered.push('CERTIFICATE_SHA1', 'CERTIFICATE_KEY_TYPE');
  });

  it('CPPA 2.0 §9.9 the signature of a party, and that of a stranger', async () => {
    const text = Buffer.from(contract({ profile: 'osb-rm-s' })).toString();
    const stranger = { ...partyA, certificate: Buffer.from('another') };
    for (const [keys, code] of [
      [partyA, 'CPA_SIGNATURE_VALID'],
      [stranger, 'CPA_SIGNATURE_STRANGER'],
    ] as const) {
      const findings = validateCpa(parseCpa(Buffer.from(await signCpa(text, keys))), NOW);
      assert.ok(
        findings.some((one) => one.code === code),
        code,
      );
      covered.push(code);
    }
  });

  it('every finding that can be made is provoked here', () => {
    const provoked = new Set<string>([...CASES.map(({ code }) => code), ...covered]);
    assert.deepEqual(
      Object.keys(FINDINGS).filter((code) => !provoked.has(code)),
      [],
    );
  });
});
