import assert from 'node:assert/strict';
import { certificateFacts, daysLeft, describeCertificate, readCertificates } from '../../../src/trust/certificate.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const OIN = '00000099000000001000';

describe('certificates', () => {
  it('reads every certificate of a bundle, and DER', async () => {
    const ca = await createCa({ name: 'CA', now: NOW, keyBits: 2048 });
    const leaf = await issueCertificate({ ca, oin: OIN, cn: 'leaf', now: NOW, days: 90, keyBits: 2048 });
    const bundle = readCertificates(`# comment\n${leaf.certificate}${ca.certificate}`, 'keys.trust');
    assert.equal(bundle.length, 2);
    const [der] = bundle;
    assert.ok(der);
    assert.deepEqual(readCertificates(der, 'keys.trust'), [der]);
    const facts = certificateFacts(der, 'keys.trust');
    assert.equal(facts.subject, `C=NL, O=Postiljon TEST, serialNumber=${OIN}, CN=leaf`);
    assert.equal(facts.issuer, 'C=NL, O=Postiljon TEST PKI, CN=TEST CA');
    assert.equal(facts.subjectSerialNumber, OIN);
    assert.equal(facts.rsaBits, 2048);
    assert.equal(daysLeft(facts, NOW), 90);
    assert.match(
      describeCertificate(facts),
      /OIN 00000099000000001000\), valid until 2027-02-20, SHA-256 [0-9a-f]{64}$/,
    );
  });

  it('what is no certificate is refused with the key', () => {
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    for (const input of ['', 'text', broken, Buffer.from('x')]) {
      assert.throws(() => readCertificates(input, 'keys.sign.certificate'), {
        code: 'CONFIG_INVALID',
        location: 'keys.sign.certificate',
      });
    }
  });
});
