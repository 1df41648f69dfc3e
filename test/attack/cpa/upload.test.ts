import assert from 'node:assert/strict';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { validateCpa } from '../../../src/cpa/validate-cpa.ts';
import { NOW, sampleText } from '../../unit/cpa/sample-contract.ts';

const ENDPOINT = 'https://ebms.dienst-voorbeeld.example/ebms';
const parse = (text: string): ReturnType<typeof parseCpa> => parseCpa(Buffer.from(text));
const codesFor = (endpoint: string): readonly string[] =>
  validateCpa(parse(sampleText('osb-rm-s', [ENDPOINT, endpoint])), NOW).map(({ code }) => code);

const within = (name: string, value: string): string =>
  sampleText('osb-rm-s').replaceAll(new RegExp(`(<tns:${name}>)[^<]*`, 'g'), `$1${value}`);

describe('A74 a hostile CPA', () => {
  it('A74 an honest CPA is read', () => {
    assert.equal(parse(sampleText('osb-rm-s')).parties.length, 2);
    assert.ok(
      !codesFor('https://other.example/ebms').some((code) => code === 'ENDPOINT_INVALID' || code === 'ENDPOINT_LOCAL'),
    );
  });

  it('A74 an external entity is refused before anything is opened', () => {
    const doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
    const text = sampleText('osb-rm-s', [
      '<tns:CollaborationProtocolAgreement',
      `${doctype}<tns:CollaborationProtocolAgreement`,
    ]);
    assert.throws(() => parse(text), { code: 'XML_FORBIDDEN' });
  });

  it('A74 a CPA beyond the limits is refused', () => {
    const deep = sampleText('osb-rm-s', [
      '</tns:CollaborationProtocolAgreement>',
      `${'<a>'.repeat(300)}${'</a>'.repeat(300)}</tns:CollaborationProtocolAgreement>`,
    ]);
    assert.throws(() => parse(deep), { code: 'XML_LIMIT' });
    assert.throws(() => parseCpa(Buffer.alloc(20 * 1024 * 1024, ' ')), { code: 'XML_LIMIT' });
  });

  it('A74 endpoints that are no web address, or carry a password, are errors', () => {
    for (const endpoint of [
      'file:///etc/passwd',
      'gopher://x/',
      'javascript:alert(1)',
      '/ebms',
      'https://u:p@x.example/',
      'https://x.example/#f',
    ]) {
      assert.ok(codesFor(endpoint).includes('ENDPOINT_INVALID'), endpoint);
    }
  });

  it('A74 endpoints of this machine and of cloud metadata are pointed out in every spelling', () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '0.0.0.0',
      'localhost',
      'LOCALHOST.',
      'a.localhost',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
      '[fe80::1]',
      '[fd00:ec2::254]',
      'metadata.google.internal',
    ]) {
      assert.ok(codesFor(`https://${host}/ebms`).includes('ENDPOINT_LOCAL'), host);
    }
  });

  it('A74 durations that no calendar or store can hold are refused, alone or multiplied', () => {
    for (const value of [`PT${'9'.repeat(400)}S`, 'P1000000Y', 'P101Y'])
      for (const name of ['PersistDuration', 'RetryInterval'])
        assert.throws(
          () => parse(within(name, value)),
          { code: 'CPA_INVALID', message: /hundred years/ },
          `${name} ${value}`,
        );
    assert.throws(() => parse(within('Retries', '999999999')), { code: 'CPA_INVALID', message: /hundred years/ });
    assert.ok(parse(within('PersistDuration', 'P100Y')));
  });

  it('A74 one id for two certificates, so that readers may differ on which counts, is refused', () => {
    const text = sampleText('osb-rm-s', ['"PartyA_ClientCertificate"', '"PartyA_SigningCertificate"']);
    assert.throws(() => parse(text), { code: 'CPA_INVALID' });
  });

  it('A74 octets behind a certificate do not become part of it', () => {
    const honest = parse(sampleText('osb-rm-s')).parties[0]?.certificates.get('PartyA_SigningCertificate')?.der;
    assert.ok(honest);
    const padded = Buffer.concat([honest, Buffer.from('and more')]).toString('base64');
    const text = sampleText('osb-rm-s', [/<ds:X509Certificate>[^<]*/, `<ds:X509Certificate>${padded}`]);
    assert.deepEqual(parse(text).parties[0]?.certificates.get('PartyA_SigningCertificate')?.der, honest);
  });
});
