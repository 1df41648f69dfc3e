import assert from 'node:assert/strict';
import * as asn1 from 'asn1js';
import { createTrust } from '../../../src/trust/trust-store.ts';
import { readCertificates } from '../../../src/trust/certificate.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import type { IssuedCertificate, TestCa } from '../../../src/trust/test-pki.ts';
import {
  alterCertificate,
  basicConstraints,
  extendedKeyUsage,
  extensionOf,
  keyUsage,
  rename,
  setExtension,
  subjectOf,
} from '../../unit/trust/altered-certificate.ts';
import type { Change } from '../../unit/trust/altered-certificate.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;
const OIN = '00000099000000001000';
const UNTRUSTED = { code: 'CERTIFICATE_UNTRUSTED' };

let root: TestCa;
let ca: TestCa;
let leaf: IssuedCertificate;

before(async () => {
  root = await createCa({ name: 'root', now: NOW, keyBits: 2048 });
  ca = await createCa({ name: 'CA', issuer: root, now: NOW, keyBits: 2048 });
  leaf = await issueCertificate({ ca, oin: OIN, cn: 'leaf', now: NOW, keyBits: 2048 });
});

const derOf = (pem: string): Uint8Array => {
  const [first] = readCertificates(pem, 'test');
  assert.ok(first);
  return first;
};

const check = (pem: string, roots: readonly string[], at = NOW): Promise<void> =>
  createTrust({ roots: roots.map((one) => Buffer.from(one)) }).check(derOf(pem), at);

const rootAllowing = (length: number): string =>
  alterCertificate(root.certificate, root.key, (one) => setExtension(one, basicConstraints(true, length)));

const issueBelow = async (issuer: TestCa | undefined): Promise<string> => {
  assert.ok(issuer);
  return (await issueCertificate({ ca: issuer, oin: OIN, cn: 'deep', now: NOW, keyBits: 2048 })).certificate;
};

const issuerOf = (levels: readonly TestCa[]): { readonly issuer?: TestCa } => {
  const issuer = levels.at(-1);
  return issuer === undefined ? {} : { issuer };
};

describe('A69 certificates that must not be trusted', () => {
  it('A69 the honest chain is trusted, changed or not in what does not matter', async () => {
    await check(leaf.certificate, [root.certificate, ca.certificate]);
    const harmless = alterCertificate(leaf.certificate, ca.key, (one) => setExtension(one, keyUsage(0x80)));
    await check(harmless, [root.certificate, ca.certificate]);
  });

  it('A69 a certificate that has ended or has not begun [Digikoppeling PKI002, Digikoppeling WT004]', async () => {
    const roots = [root.certificate, ca.certificate];
    await assert.rejects(check(leaf.certificate, roots, NOW + 366 * DAY_MS), UNTRUSTED);
    await assert.rejects(check(leaf.certificate, roots, NOW - DAY_MS), UNTRUSTED);
  });

  const nameConstraints = extensionOf('2.5.29.30', new asn1.Sequence({ value: [] }), false);
  const badLeaves: readonly (readonly [string, Change])[] = [
    ['a CA certificate as leaf', (one) => setExtension(one, basicConstraints(true))],
    ['a KeyUsage without signatures', (one) => setExtension(one, keyUsage(0x20))],
    ['an ExtendedKeyUsage for code signing', (one) => setExtension(one, extendedKeyUsage('1.3.6.1.5.5.7.3.3'))],
    ['an unknown critical extension', (one) => setExtension(one, extensionOf('1.2.3.4', new asn1.Null()))],
    ['name constraints, which are not judged here', (one) => setExtension(one, nameConstraints)],
    ['an extension that stands twice', (one) => void one.extensions?.push(keyUsage(0x80))],
    ['a KeyUsage that cannot be decoded', (one) => setExtension(one, extensionOf('2.5.29.15', new asn1.Null()))],
  ];
  for (const [name, change] of badLeaves) {
    it(`A69 ${name}`, async () => {
      await assert.rejects(
        check(alterCertificate(leaf.certificate, ca.key, change), [root.certificate, ca.certificate]),
        UNTRUSTED,
      );
    });

    it(`A69 ${name}, as the client or server of a TLS connection, each time it comes`, async () => {
      const roots = [root.certificate, ca.certificate].map((one) => Buffer.from(one));
      const bad = alterCertificate(leaf.certificate, ca.key, change);
      const trust = createTrust({ roots });
      await assert.rejects(async () => trust.checkPeer(derOf(bad)), UNTRUSTED);
      assert.throws(() => trust.checkPeer(derOf(bad)), UNTRUSTED);
      await createTrust({ roots: [...roots, Buffer.from(bad)] }).checkPeer(derOf(bad));
    });
  }

  it('A69 an honest certificate of a TLS connection is judged once', async () => {
    const trust = createTrust({ roots: [Buffer.from(ca.certificate)] });
    await trust.checkPeer(derOf(leaf.certificate));
    assert.equal(trust.checkPeer(derOf(leaf.certificate)), undefined);
  });

  it('A69 a signature with SHA-1', async () => {
    const weak = alterCertificate(leaf.certificate, ca.key, () => undefined, 'sha1');
    await assert.rejects(check(weak, [root.certificate, ca.certificate]), UNTRUSTED);
  });

  const badIssuers: readonly (readonly [string, Change])[] = [
    ['an issuer that is no CA', (one) => setExtension(one, basicConstraints(false))],
    [
      'an issuer without basicConstraints',
      (one) => void (one.extensions = one.extensions?.filter(({ extnID }) => extnID !== '2.5.29.19') ?? []),
    ],
    ['an issuer without keyCertSign', (one) => setExtension(one, keyUsage(0x02))],
    [
      'an issuer with an unknown critical extension',
      (one) => setExtension(one, extensionOf('1.2.3.4', new asn1.Null())),
    ],
    ['an issuer with name constraints, which are not judged here', (one) => setExtension(one, nameConstraints)],
    ['an issuer that has ended', (one) => void (one.notAfter.value = new Date(NOW - DAY_MS))],
  ];
  for (const [name, change] of badIssuers) {
    it(`A69 ${name}`, async () => {
      const bad = alterCertificate(ca.certificate, root.key, change);
      await assert.rejects(check(leaf.certificate, [root.certificate, bad]), UNTRUSTED);
    });
  }

  it('A69 a root above that has ended, although the certificate between is configured', async () => {
    const ended = alterCertificate(
      root.certificate,
      root.key,
      (one) => void (one.notAfter.value = new Date(NOW - DAY_MS)),
    );
    await assert.rejects(check(leaf.certificate, [ended, ca.certificate]), UNTRUSTED);
  });

  it('A69 a path longer than the root allows', async () => {
    await check(leaf.certificate, [rootAllowing(1), ca.certificate]);
    await assert.rejects(check(leaf.certificate, [rootAllowing(0), ca.certificate]), UNTRUSTED);
  });

  it('A69 a certificate that an ordinary leaf issued', async () => {
    const forged = await issueCertificate({ ca: leaf, oin: OIN, cn: 'forged', now: NOW, keyBits: 2048 });
    await assert.rejects(check(forged.certificate, [root.certificate, ca.certificate]), UNTRUSTED);
    await assert.rejects(check(forged.certificate, [root.certificate, ca.certificate, leaf.certificate]), UNTRUSTED);
  });

  it('A69 more than ten levels', async () => {
    const levels = [root];
    for (let level = 1; level < 10; level += 1) {
      levels.push(await createCa({ name: `level ${level}`, ...issuerOf(levels), now: NOW, keyBits: 2048 }));
    }
    const roots = levels.map(({ certificate }) => certificate);
    await check(await issueBelow(levels[8]), roots);
    await assert.rejects(check(await issueBelow(levels[9]), roots), UNTRUSTED);
  });

  it('A69 CAs that certify each other end the search', async () => {
    const other = await createCa({ name: 'other', now: NOW, keyBits: 2048 });
    const crossed = await createCa({ name: 'crossed', issuer: other, now: NOW, keyBits: 2048 });
    const back = alterCertificate(
      other.certificate,
      crossed.key,
      (one) => void (one.issuer = subjectOf(crossed.certificate)),
    );
    const stranger = await issueCertificate({
      ca: await createCa({ name: 'crossed', now: NOW, keyBits: 2048 }),
      oin: OIN,
      cn: 'x',
      now: NOW,
      keyBits: 2048,
    });
    await assert.rejects(check(stranger.certificate, [crossed.certificate, back]), UNTRUSTED);
  });
});

describe('A70 a Timestamp of the past', () => {
  it('A70 counts for nothing: the certificate is judged at the time of receipt', async () => {
    const store = createTrust({ roots: [Buffer.from(ca.certificate)] });
    await store.check(derOf(leaf.certificate), NOW);
    const receipt = NOW + 366 * DAY_MS;
    await assert.rejects(store.check(derOf(leaf.certificate), receipt), UNTRUSTED);
  });
});

describe('A71 a certificate that resembles another', () => {
  it('A71 the same names from a CA of the same name with another key', async () => {
    const twin = await createCa({ name: 'CA', now: NOW, keyBits: 2048 });
    const forged = await issueCertificate({ ca: twin, oin: OIN, cn: 'leaf', now: NOW, keyBits: 2048 });
    await check(forged.certificate, [twin.certificate]);
    await assert.rejects(check(forged.certificate, [root.certificate, ca.certificate]), UNTRUSTED);
  });

  it('A71 a self-signed copy of a trusted certificate [KVS §4.1.4.1-4]', async () => {
    const pinned = [leaf.certificate];
    await check(leaf.certificate, pinned);
    const copy = alterCertificate(leaf.certificate, leaf.key, (one) => void (one.issuer = one.subject));
    await assert.rejects(check(copy, pinned), UNTRUSTED);
    await assert.rejects(check(copy, [root.certificate, ca.certificate]), UNTRUSTED);
  });

  it('A71 an OIN counts from subject.serialNumber only, and only when there is one [Digikoppeling PKI001]', async () => {
    const { readCertificate } = await import('../../../src/cpa/certificate.ts');
    const ownerOf = (...parts: (readonly [string, string])[]): string | undefined =>
      readCertificate(derOf(alterCertificate(leaf.certificate, ca.key, (one) => rename(one, parts))))
        ?.subjectSerialNumber;
    const [CN, SERIAL] = ['2.5.4.3', '2.5.4.5'] as const;
    assert.equal(ownerOf([SERIAL, OIN], [CN, 'x']), OIN);
    assert.equal(ownerOf([CN, OIN]), undefined);
    assert.equal(ownerOf([CN, `x\nserialNumber=${OIN}`]), undefined);
    assert.equal(ownerOf([CN, `x, serialNumber=${OIN}`]), undefined);
    assert.equal(ownerOf([SERIAL, '00000099000000003000'], [SERIAL, OIN]), undefined);
    assert.notEqual(ownerOf([SERIAL, OIN.replaceAll('0', '\u{1D7CE}')]), OIN);
    assert.notEqual(ownerOf([SERIAL, `${OIN}\0`]), OIN);
  });
});
