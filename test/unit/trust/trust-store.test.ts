import assert from 'node:assert/strict';
import { readCertificates } from '../../../src/trust/certificate.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import type { TestCa } from '../../../src/trust/test-pki.ts';
import { createTrust } from '../../../src/trust/trust-store.ts';
import { signWithPss } from './altered-certificate.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;

function der(pem: string): Uint8Array {
  const [first] = readCertificates(pem, 'test');
  assert.ok(first);
  return first;
}

const trust = (...pems: string[]): ReturnType<typeof createTrust> =>
  createTrust({ roots: pems.map((pem) => Buffer.from(pem)) });

describe('createTrust', () => {
  let root: TestCa;
  let intermediate: TestCa;
  let leaf: Uint8Array;

  before(async () => {
    root = await createCa({ name: 'root', now: NOW, keyBits: 2048 });
    intermediate = await createCa({ name: 'intermediate', issuer: root, now: NOW, keyBits: 2048 });
    leaf = der(
      (await issueCertificate({ ca: intermediate, oin: '00000099000000001000', cn: 'leaf', now: NOW, keyBits: 2048 }))
        .certificate,
    );
  });

  it('PKI002 follows the chain through a bundle up to the root [Digikoppeling PKI005]', async () => {
    await trust(`${root.certificate}${intermediate.certificate}`).check(leaf, NOW);
  });

  it('an intermediate CA alone is enough to trust', async () => {
    await trust(intermediate.certificate).check(leaf, NOW);
  });

  it('the root alone is not: the certificate between is unknown', async () => {
    await assert.rejects(trust(root.certificate).check(leaf, NOW), { code: 'CERTIFICATE_UNTRUSTED' });
  });

  it('nothing is trusted without configuration [Digikoppeling PKI005]', async () => {
    await assert.rejects(trust().check(leaf, NOW), { code: 'CERTIFICATE_UNTRUSTED' });
  });

  it('a certificate that is itself listed is trusted while it is valid', async () => {
    const pinned = createTrust({ roots: [leaf] });
    await pinned.check(leaf, NOW);
    await assert.rejects(pinned.check(leaf, NOW + 366 * DAY_MS), { code: 'CERTIFICATE_UNTRUSTED' });
  });

  it('validity counts at every level and at the moment asked, also after a good answer', async () => {
    const short = await createCa({ name: 'short', now: NOW, days: 1, keyBits: 2048 });
    const long = der(
      (await issueCertificate({ ca: short, oin: '00000099000000001000', cn: 'leaf', now: NOW, keyBits: 2048 }))
        .certificate,
    );
    const store = trust(short.certificate);
    await store.check(long, NOW + DAY_MS - 1_000);
    await assert.rejects(store.check(long, NOW + DAY_MS + 1_000), { code: 'CERTIFICATE_UNTRUSTED' });
    await assert.rejects(store.check(long, NOW - DAY_MS), { code: 'CERTIFICATE_UNTRUSTED' });
  });

  it('PKIoverheid G4 signs with RSASSA-PSS: SHA-512 is trusted, SHA-1 is not', async () => {
    const pem = (
      await issueCertificate({ ca: intermediate, oin: '00000099000000001000', cn: 'leaf', now: NOW, keyBits: 2048 })
    ).certificate;
    await trust(intermediate.certificate).check(der(signWithPss(pem, intermediate.key)), NOW);
    const weak = der(signWithPss(pem, intermediate.key, 'sha1'));
    await assert.rejects(trust(intermediate.certificate).check(weak, NOW), { code: 'CERTIFICATE_UNTRUSTED' });
  });

  it('a good answer is remembered', async () => {
    const store = trust(intermediate.certificate);
    await store.check(leaf, NOW);
    const started = performance.now();
    for (let count = 0; count < 1_000; count += 1) await store.check(leaf, NOW + count);
    assert.ok(performance.now() - started < 250, 'less than 250 µs each');
  });

  it('a root that cannot be read is a fault of the configuration', () => {
    assert.throws(() => trust('nothing'), { code: 'CONFIG_INVALID', location: 'keys.trust' });
  });
});
