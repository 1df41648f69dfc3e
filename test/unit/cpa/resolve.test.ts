import assert from 'node:assert/strict';
import { acknowledgmentSigning } from '../../../src/cpa/acknowledgment-signing.ts';
import type { Cpa } from '../../../src/cpa/model.ts';
import { parsePartyKey, parseServiceKey, partyByIds, resolveSend, resolveSignal } from '../../../src/cpa/resolve.ts';
import { sampleCpa } from './sample-contract.ts';

const GEMEENTE = { type: 'urn:osb:oin', value: '00000099000000001000' };
const DIENST = { type: 'urn:osb:oin', value: '00000099000000002000' };
const SERVICE = { type: 'urn:osb:services', value: 'dienst-voorbeeld:meldingen:1.0' };
const QUERY = { from: GEMEENTE, to: DIENST, service: SERVICE, action: 'meldingIndienen' };

const certificateOf = (cpa: Cpa, party: number, certId: string): Uint8Array | undefined =>
  cpa.parties[party]?.certificates.get(certId)?.der;

describe('resolveSend', () => {
  it('§3.1 gives sender and receiver the same terms, resolved once', () => {
    const cpa = sampleCpa('osb-rm-s');
    const agreement = resolveSend(cpa, { ...QUERY, fromRole: 'Gemeente', toRole: 'Dienst' });
    assert.equal(agreement.from.role, 'Gemeente');
    assert.equal(agreement.to.info.partyName, 'Dienst Voorbeeld');
    assert.equal(agreement.endpoint, 'https://ebms.dienst-voorbeeld.example/ebms');
    assert.equal(agreement.sendChannel.channelId, 'PartyA_BusinessChannel');
    assert.equal(agreement.receiveChannel.channelId, 'PartyB_BusinessChannel');
    assert.deepEqual(agreement.retry, { retries: 8, retryInterval: 10_800_000, reliable: true });
    assert.equal(agreement.persistDuration, 2 * 86_400_000);
    assert.deepEqual(agreement.signing, {
      hashFunction: 'http://www.w3.org/2001/04/xmlenc#sha256',
      signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      certificate: certificateOf(cpa, 0, 'PartyA_SigningCertificate'),
    });
    assert.equal(agreement.encryption, undefined);
    assert.equal(resolveSend(cpa, QUERY), agreement);
  });

  it('§3.1.1 finds the To party by itself and takes any order and subset of PartyIds [ebMS2 §3.1.1.1-2, Digikoppeling EB014]', () => {
    const second = '<tns:PartyId tns:type="urn:example">gemeente</tns:PartyId><tns:PartyRef';
    const cpa = sampleCpa('osb-rm-s', [/<tns:PartyRef/, second]);
    const other = { type: 'urn:example', value: 'gemeente' };
    const { service, action } = QUERY;
    assert.equal(resolveSend(cpa, { from: other, service, action }).to.info.partyName, 'Dienst Voorbeeld');
    assert.deepEqual(resolveSend(cpa, { from: [other, GEMEENTE], service, action }).from.partyIds, [GEMEENTE, other]);
  });

  it('§3.1.1 an OIN with a suffix for tests is another party than the one without [Digikoppeling EB004, KVS §3.1.1.1-3]', () => {
    const { service, action } = QUERY;
    for (const suffix of ['_OTA', '_T']) {
      const from = { ...GEMEENTE, value: `${GEMEENTE.value}${suffix}` };
      assert.throws(() => resolveSend(sampleCpa('osb-rm-s'), { from, service, action }), { code: 'PARTY_UNKNOWN' });
    }
  });

  it('CPPA §8.4.41 takes the schedule of the sender binding of the send channel', () => {
    const cpa = sampleCpa('osb-rm-s', [/<tns:Retries>8/, '<tns:Retries>3']);
    assert.equal(resolveSend(cpa, QUERY).retry.retries, 3);
    const back = { from: DIENST, to: GEMEENTE, service: SERVICE, action: 'meldingBevestigen' };
    assert.equal(resolveSend(cpa, back).retry.retries, 8);
  });

  it('a contract that leaves the schedule open gets that of best practice [Digikoppeling EB008, KVS §6.4.3-1]', () => {
    const cpa = sampleCpa(
      'osb-rm-s',
      [/<tns:Retries>8<\/tns:Retries>/g, ''],
      [/<tns:RetryInterval>PT3H<\/tns:RetryInterval>/g, ''],
    );
    assert.deepEqual(resolveSend(cpa, QUERY).retry, { retries: 8, retryInterval: 10_800_000, reliable: true });
  });

  it('best effort and perMessage are sent once', () => {
    const never = resolveSend(sampleCpa('osb-be'), QUERY).retry;
    const perMessage = sampleCpa('osb-rm', [/ackRequested="always"/g, 'ackRequested="perMessage"']);
    assert.deepEqual(never, { retries: 0, retryInterval: 0, reliable: false });
    assert.deepEqual(resolveSend(perMessage, QUERY).retry, never);
  });

  it('a required signature without SenderNonRepudiation has no certificate, so nobody can sign or accept', () => {
    const cpa = sampleCpa('osb-rm-s', [/<tns:SenderNonRepudiation>[^]*?<\/tns:SenderNonRepudiation>/g, '']);
    const { signing } = resolveSend(cpa, QUERY);
    assert.notEqual(signing, undefined);
    assert.equal(signing?.certificate, undefined);
  });

  it('an unsigned action is not signed although the channel could', () => {
    const cpa = sampleCpa('osb-rm-s', [/isNonRepudiationRequired="true"/g, 'isNonRepudiationRequired="false"']);
    assert.equal(resolveSend(cpa, QUERY).signing, undefined);
  });

  it('needs roles only where several have the action', () => {
    const role = /(<tns:CollaborationRole>[^]*?<\/tns:CollaborationRole>)/;
    const cpa = sampleCpa('osb-rm-s', [role, '$1$1'], [/tns:name="Gemeente"/, 'tns:name="Burger"']);
    assert.throws(() => resolveSend(cpa, QUERY), {
      code: 'ACTION_NOT_AGREED',
      location: '//Header/MessageHeader/From/Role',
    });
    assert.equal(resolveSend(cpa, { ...QUERY, fromRole: 'Burger' }).from.role, 'Burger');
  });

  it('costs a look-up, not a search', () => {
    const cpa = sampleCpa('osb-rm-s');
    resolveSend(cpa, QUERY);
    const started = performance.now();
    for (let count = 0; count < 10_000; count += 1) resolveSend(cpa, QUERY);
    assert.ok(performance.now() - started < 500, 'less than 50 µs each');
  });
});

describe('resolveSignal', () => {
  it('CPPA §8.4.1 signals go over the default channel, unsigned and unacknowledged', () => {
    const signal = resolveSignal(sampleCpa('osb-rm-s'), [DIENST], [GEMEENTE], 'Acknowledgment');
    assert.equal(signal.sendChannel.channelId, 'PartyB_DefaultChannel');
    assert.equal(signal.receiveChannel.channelId, 'PartyA_DefaultChannel');
    assert.equal(signal.endpoint, 'https://ebms.gemeente-voorbeeld.example/ebms');
    assert.equal(signal.ackRequested, 'never');
    assert.equal(signal.signing, undefined);
    assert.equal(signal.from.role, undefined);
  });

  it('CPPA §8.4.1 an override names the channel for its action only', () => {
    const override =
      '<tns:OverrideMshActionBinding tns:action="Ping" tns:channelId="PartyA_BusinessChannel"/></tns:PartyInfo>';
    const cpa = sampleCpa('osb-rm-s', [/<\/tns:PartyInfo>/, override]);
    assert.equal(resolveSignal(cpa, [GEMEENTE], [DIENST], 'Ping').sendChannel.channelId, 'PartyA_BusinessChannel');
    assert.equal(resolveSignal(cpa, [GEMEENTE], [DIENST], 'Pong').sendChannel.channelId, 'PartyA_DefaultChannel');
  });

  it('keeps working on the first channel when the default one is missing', () => {
    const cpa = sampleCpa('osb-rm-s', ['defaultMshChannelId="PartyA_DefaultChannel"', 'defaultMshChannelId="none"']);
    assert.equal(resolveSignal(cpa, [GEMEENTE], [DIENST], 'Ping').sendChannel.channelId, 'PartyA_DefaultChannel');
  });
});

describe('encryption of payloads', () => {
  const gcm = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
  const envelope = /<tns:ReceiverDigitalEnvelope>[^]*?<\/tns:ReceiverDigitalEnvelope>/g;

  it('CPPA §8.4.54 algorithm and certificate are those of the receiver', () => {
    const cpa = sampleCpa('osb-rm-e');
    const there = resolveSend(cpa, QUERY).encryption;
    assert.deepEqual(there, {
      algorithms: [gcm],
      certificate: certificateOf(cpa, 1, 'PartyB_EncryptionCertificate'),
    });
    const back = { from: DIENST, to: GEMEENTE, service: SERVICE, action: 'meldingBevestigen' };
    assert.equal(resolveSend(cpa, back).encryption?.certificate, certificateOf(cpa, 0, 'PartyA_EncryptionCertificate'));
  });

  it('CPPA §8.4.8 isConfidential of the sender decides; without an envelope on either side it is a wish', () => {
    const transient = sampleCpa('osb-rm-e', [
      'isConfidential="transient-and-persistent"',
      'isConfidential="transient"',
    ]);
    assert.equal(resolveSend(transient, QUERY).encryption, undefined);
    assert.equal(resolveSend(sampleCpa('osb-rm-e', [envelope, '']), QUERY).encryption, undefined);
  });

  it('fails closed where the receiver names nothing to encrypt for', () => {
    const second =
      /(<tns:ReceiverDigitalEnvelope>[^]*?)<tns:ReceiverDigitalEnvelope>[^]*?<\/tns:ReceiverDigitalEnvelope>/;
    const encryption = resolveSend(sampleCpa('osb-rm-e', [second, '$1']), QUERY).encryption;
    assert.deepEqual(encryption, { algorithms: [], certificate: undefined });
  });
});

describe('acknowledgmentSigning', () => {
  it('ebMS2 §6.3.2.4 the acknowledging party signs with the terms of its default channel [KVS §4.1.4.2-1]', () => {
    const cpa = sampleCpa('osb-rm-s');
    const terms = acknowledgmentSigning(resolveSend(cpa, QUERY));
    assert.deepEqual(
      terms.map((one) => one.certificate),
      [certificateOf(cpa, 1, 'PartyB_SigningCertificate')],
    );
  });

  it('falls back to the channel of the action, and accepts both where they differ', () => {
    const split = /(<tns:DocExchange tns:docExchangeId=")(PartyB_DocExchange)([^]*?<\/tns:DocExchange>)/;
    const unsigned = '<tns:DocExchange tns:docExchangeId="Plain"/>';
    const toPlain =
      /(channelId="PartyB_DefaultChannel" tns:transportId="PartyB_Transport" tns:docExchangeId=")PartyB_DocExchange/;
    const fallback = sampleCpa('osb-rm-s', [split, `$1$2$3${unsigned}`], [toPlain, '$1Plain']);
    assert.deepEqual(
      acknowledgmentSigning(resolveSend(fallback, QUERY)).map((one) => one.certificate),
      [certificateOf(fallback, 1, 'PartyB_SigningCertificate')],
    );
    const other = '$1$2$3$1Other$3';
    const sha512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
    const both = sampleCpa(
      'osb-rm-s',
      [split, other],
      [toPlain, '$1Other'],
      [/(<tns:DocExchange tns:docExchangeId="Other"[^]*?<tns:HashFunction>)[^<]*/, `$1${sha512}`],
    );
    const hashes = acknowledgmentSigning(resolveSend(both, QUERY)).map((one) => one.hashFunction);
    assert.deepEqual(hashes, [sha512, 'http://www.w3.org/2001/04/xmlenc#sha256']);
  });

  it('is empty where nobody can sign', () => {
    assert.deepEqual(acknowledgmentSigning(resolveSend(sampleCpa('osb-rm'), QUERY)), []);
  });
});

describe('names of parties and services in the API', () => {
  const cpa = sampleCpa('osb-rm-s');

  it('type:value and the bare value are the same party and service', () => {
    assert.deepEqual(parsePartyKey('urn:osb:oin:00000099000000001000', cpa), GEMEENTE);
    assert.deepEqual(parsePartyKey('00000099000000001000', cpa), GEMEENTE);
    assert.deepEqual(parseServiceKey('urn:osb:services:dienst-voorbeeld:meldingen:1.0', cpa), SERVICE);
    assert.deepEqual(parseServiceKey('dienst-voorbeeld:meldingen:1.0', cpa), SERVICE);
  });

  it('what the CPA does not name is refused', () => {
    assert.throws(() => parsePartyKey('00000099000000003000', cpa), { code: 'PARTY_UNKNOWN' });
    assert.throws(() => parseServiceKey('meldingen', cpa), { code: 'ACTION_NOT_AGREED' });
    assert.equal(partyByIds(cpa, []), undefined);
  });
});
