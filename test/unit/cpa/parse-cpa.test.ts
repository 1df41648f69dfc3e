import assert from 'node:assert/strict';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { GatewayError } from '../../../src/errors.ts';
import { sampleCpa, sampleText } from './sample-contract.ts';

describe('parseCpa', () => {
  it('§9 reads what a gateway acts on and keeps the octets as they came', () => {
    const bytes = Buffer.from(sampleText('osb-rm-s'));
    const cpa = parseCpa(bytes);
    assert.equal(cpa.cpaId, 'dienst-voorbeeld-meldingen-1-0_00000099000000001000_00000099000000002000_osb-rm-s');
    assert.equal(cpa.status, 'agreed');
    assert.equal(cpa.start, Date.parse('2026-01-01T00:00:00Z'));
    assert.equal(cpa.bytes, bytes);
    assert.equal(cpa.signed, false);
    const [gemeente, dienst] = cpa.parties;
    assert.deepEqual(gemeente?.partyIds, [{ type: 'urn:osb:oin', value: '00000099000000001000' }]);
    assert.equal(dienst?.roles[0]?.canReceive[0]?.action, 'meldingIndienen');
    assert.deepEqual(gemeente?.docExchanges.get('PartyA_DocExchange')?.sender?.reliable, {
      retries: 8,
      retryInterval: 10_800_000,
      messageOrder: 'NotGuaranteed',
    });
    assert.equal(gemeente?.transports.get('PartyA_Transport')?.securityProtocol, 'TLS 1.2');
  });

  it('§8.4.22 MessagingCharacteristics has the defaults of the schema', () => {
    const cpa = sampleCpa('osb-rm-s', [/<tns:MessagingCharacteristics[^>]*\/>/g, '<tns:MessagingCharacteristics/>']);
    const channel = cpa.parties[0]?.channels.get('PartyA_DefaultChannel');
    assert.equal(channel?.syncReplyMode, 'none');
    assert.equal(channel?.ackRequested, 'perMessage');
    assert.equal(channel?.ackSignatureRequested, 'perMessage');
    assert.equal(channel?.duplicateElimination, 'perMessage');
  });

  it('reads attributes without prefix as some editors write them', () => {
    const text = sampleText('osb-rm-s', [/ tns:(?=[a-zA-Z0-9]+=")/g, ' ']);
    assert.equal(parseCpa(Buffer.from(text)).parties[1]?.partyIds[0]?.type, 'urn:osb:oin');
  });

  it('§8.4.44 takes the attribute w3c of an algorithm before its text', () => {
    const sha512 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512';
    const cpa = sampleCpa('osb-rm-s', ['<tns:SignatureAlgorithm>', `<tns:SignatureAlgorithm tns:w3c="${sha512}">`]);
    const terms = cpa.parties[0]?.docExchanges.get('PartyA_DocExchange')?.sender?.nonRepudiation;
    assert.deepEqual(terms?.signatureAlgorithms, [sha512]);
  });

  it('§8.4.6 a reply inside another action is read as an action of its own', () => {
    const nested = /<\/tns:OtherPartyActionBinding>\s*<\/tns:CanSend>\s*(<tns:CanReceive>[^]*?<\/tns:CanReceive>)/;
    const cpa = sampleCpa('osb-rm-s', [nested, '</tns:OtherPartyActionBinding>$1</tns:CanSend>']);
    const [receive] = cpa.parties[0]?.roles[0]?.canReceive ?? [];
    assert.equal(receive?.action, 'meldingBevestigen');
    assert.equal(receive.nested, true);
  });

  it('leaves a certificate that cannot be read undefined', () => {
    const cpa = sampleCpa('osb-rm-s', [/<ds:X509Certificate>[^<]*/g, '<ds:X509Certificate>AAAA']);
    assert.equal(cpa.parties[0]?.certificates.get('PartyA_SigningCertificate')?.der, undefined);
  });

  const ROOT = '/CollaborationProtocolAgreement';
  const faults: readonly (readonly [string, readonly [string | RegExp, string], string])[] = [
    ['no cpaid', [/ tns:cpaid="[^"]*"/, ''], `${ROOT}/@cpaid`],
    [
      'another root',
      [/CollaborationProtocolAgreement/g, 'CollaborationProtocolProfile'],
      '/CollaborationProtocolProfile',
    ],
    ['another namespace', ['cpp-cpa-2_0.xsd', 'cpp-cpa-3_0.xsd'], ROOT],
    ['one party', [/<tns:PartyInfo [^]*?<\/tns:PartyInfo>/, ''], `${ROOT}/PartyInfo`],
    ['three parties', [/(<tns:PartyInfo [^]*?<\/tns:PartyInfo>)/, '$1$1'], `${ROOT}/PartyInfo`],
    ['no Status', [/<tns:Status [^>]*>/, ''], `${ROOT}/Status`],
    ['an unknown Status', ['"agreed"', '"perhaps"'], `${ROOT}/Status/@value`],
    ['a Start that is no dateTime', ['2026-01-01T00:00:00.000Z', 'tomorrow'], `${ROOT}/Start`],
    ['no PartyId', [/<tns:PartyId [^]*?<\/tns:PartyId>/, ''], `${ROOT}/PartyInfo[1]/PartyId`],
    [
      'a PartyId with a comment inside',
      [/0099000000001000<\/tns:PartyId>/, '<!-- -->0099000000001000</tns:PartyId>'],
      `${ROOT}/PartyInfo[1]/PartyId`,
    ],
    [
      'an unknown syncReplyMode',
      [/syncReplyMode="none"/, 'syncReplyMode="perhaps"'],
      `${ROOT}/PartyInfo[1]/DeliveryChannel[1]/MessagingCharacteristics/@syncReplyMode`,
    ],
    [
      'two channels with one id',
      ['"PartyB_BusinessChannel"', '"PartyB_DefaultChannel"'],
      `${ROOT}/PartyInfo[2]/DeliveryChannel[2]/@channelId`,
    ],
    [
      'Retries that are no number',
      ['<tns:Retries>8', '<tns:Retries>-8'],
      `${ROOT}/PartyInfo[1]/DocExchange/ebXMLSenderBinding/ReliableMessaging/Retries`,
    ],
    [
      'a PersistDuration that is none',
      ['>P2D<', '>2 days<'],
      `${ROOT}/PartyInfo[1]/DocExchange/ebXMLSenderBinding/PersistDuration`,
    ],
    [
      'an action without ChannelId',
      [/<tns:ChannelId>[^<]*<\/tns:ChannelId>/, ''],
      `${ROOT}/PartyInfo[1]/CollaborationRole/ServiceBinding/CanSend/ThisPartyActionBinding/ChannelId`,
    ],
  ];
  for (const [name, edit, location] of faults) {
    it(`refuses ${name} and says where`, () => {
      const bytes = Buffer.from(sampleText('osb-rm-s', edit));
      assert.throws(
        () => parseCpa(bytes),
        (error) => {
          assert.ok(error instanceof GatewayError);
          assert.equal(error.code, 'CPA_INVALID');
          assert.equal(error.location, location);
          return true;
        },
      );
    });
  }
});
