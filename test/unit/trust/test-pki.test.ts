import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';

describe('the test PKI', () => {
  it('PKI001 puts the OIN into subject.serialNumber and says TEST [Digikoppeling PKI001]', async () => {
    const ca = await createCa({ name: 'CA', keyBits: 2048 });
    const leaf = await issueCertificate({
      ca,
      oin: '00000099000000001000',
      cn: 'a.test',
      hosts: ['a.test', '127.0.0.2'],
      keyBits: 2048,
    });
    const certificate = new X509Certificate(leaf.certificate);
    assert.equal(certificate.subject, 'C=NL\nO=Postiljon TEST\nserialNumber=00000099000000001000\nCN=a.test');
    assert.equal(certificate.subjectAltName, 'DNS:a.test, IP Address:127.0.0.2');
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    assert.equal(certificate.ca, false);
    assert.ok(certificate.checkIssued(new X509Certificate(ca.certificate)));
    assert.ok(certificate.verify(new X509Certificate(ca.certificate).publicKey));
    assert.match(new X509Certificate(ca.certificate).subject, /TEST/);
  });

  it('makes keys of 3072 bits when nothing else is asked, for localhost', async () => {
    const ca = await createCa({ name: 'CA', keyBits: 2048 });
    const certificate = new X509Certificate(
      (await issueCertificate({ ca, oin: '00000099000000001000', cn: 'a' })).certificate,
    );
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 3072);
    assert.ok(certificate.checkHost('localhost'));
    assert.ok(certificate.checkIP('127.0.0.1'));
  });

  it('a negative number of days makes a certificate that has ended', async () => {
    const ca = await createCa({ name: 'CA', keyBits: 2048 });
    const { certificate } = await issueCertificate({
      ca,
      oin: '00000099000000001000',
      cn: 'a',
      days: -1,
      keyBits: 2048,
    });
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    assert.ok(validToDate.getTime() < Date.now());
    assert.ok(validFromDate < validToDate);
  });

  it('follows RFC 5280 strictly, with an intermediate CA too', async function () {
    const openssl = tool('openssl');
    skipUnless(this, openssl !== undefined, 'openssl is not here');
    const root = await createCa({ name: 'root', keyBits: 2048 });
    const ca = await createCa({ name: 'CA', issuer: root, keyBits: 2048 });
    const leaf = await issueCertificate({ ca, oin: '00000099000000001000', cn: 'a', keyBits: 2048 });
    const folder = mkdtempSync(join(tmpdir(), 'postiljon-'));
    try {
      for (const [name, { certificate }] of Object.entries({ root, ca, leaf }))
        writeFileSync(join(folder, name), certificate);
      const args = [
        'verify',
        '-x509_strict',
        '-CAfile',
        join(folder, 'root'),
        '-untrusted',
        join(folder, 'ca'),
        join(folder, 'leaf'),
      ];
      execFileSync(openssl ?? '', args, { stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
