import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificates } from '../../../src/trust/certificate.ts';
import { createSigner } from '../../../src/trust/key-ring.ts';
import { readPkcs12 } from '../../../src/trust/pkcs12.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import type { IssuedCertificate, TestCa } from '../../../src/trust/test-pki.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';

let ca: TestCa;
let a: IssuedCertificate;
let b: IssuedCertificate;

before(async () => {
  ca = await createCa({ name: 'CA', keyBits: 2048 });
  const issue = (cn: string): Promise<IssuedCertificate> =>
    issueCertificate({ ca, oin: '00000099000000001000', cn, keyBits: 2048 });
  [a, b] = await Promise.all([issue('a'), issue('b')]);
});

const derOf = ({ certificate }: IssuedCertificate): Uint8Array => {
  const [first] = readCertificates(certificate, 'test');
  assert.ok(first);
  return first;
};

describe('createSigner', () => {
  it('signs with the key that belongs to the certificate', async () => {
    const signer = createSigner([a, b]);
    const data = Buffer.from('text');
    for (const one of [a, b]) {
      for (const digest of ['sha256', 'sha384', 'sha512', 'sha1']) {
        const signature = await signer.sign(derOf(one), digest, data);
        assert.ok(verify(digest, data, one.certificate, signature), digest);
      }
    }
  });

  it('has no key of another certificate', async () => {
    const signer = createSigner([a]);
    assert.equal(signer.has(derOf(a)), true);
    assert.equal(signer.has(derOf(b)), false);
    await assert.rejects(signer.sign(derOf(b), 'sha256', Buffer.alloc(1)), { code: 'SIGNING_KEY_MISSING' });
  });

  it('opens an encrypted key with its passphrase only', () => {
    const key = createPrivateKey(a.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'geheim',
    });
    assert.equal(createSigner([{ ...a, key: key.toString(), passphrase: 'geheim' }]).has(derOf(a)), true);
    for (const passphrase of [{}, { passphrase: 'fout' }]) {
      assert.throws(() => createSigner([{ ...a, key: key.toString(), ...passphrase }]), {
        code: 'CONFIG_INVALID',
        location: 'keys.sign.key',
      });
    }
  });

  it('takes the first certificate of a bundle, and DER', () => {
    const der = createPrivateKey(a.key).export({ type: 'pkcs8', format: 'der' });
    const bundle = `${a.certificate}${ca.certificate}`;
    assert.equal(createSigner([{ certificate: bundle, key: a.key }]).has(derOf(a)), true);
    assert.equal(createSigner([{ certificate: derOf(a), key: der }]).has(derOf(a)), true);
  });

  it('refuses a key that belongs to another certificate, or is no RSA key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const key of [b.key, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      assert.throws(() => createSigner([{ certificate: a.certificate, key, location: 'keys.other' }]), {
        code: 'CONFIG_INVALID',
        location: 'keys.other',
      });
    }
  });

  it('an error tells nothing of the key', () => {
    assert.throws(
      () => createSigner([{ ...a, key: 'SECRET TEXT', passphrase: 'geheim' }]),
      (error) => {
        assert.ok(error instanceof Error);
        assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /SECRET|geheim/);
        return true;
      },
    );
  });
});

const makeStore = (openssl: string, ...options: string[]): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-'));
  try {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('all.pem'), `${a.key}${a.certificate}`);
    writeFileSync(path('ca.pem'), ca.certificate);
    execFileSync(
      openssl,
      [
        'pkcs12',
        '-export',
        '-in',
        path('all.pem'),
        '-certfile',
        path('ca.pem'),
        '-out',
        path('x.p12'),
        '-passout',
        'pass:geheim',
        ...options,
      ],
      { stdio: 'pipe' },
    );
    return readFileSync(path('x.p12'));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('readPkcs12', () => {
  it('gives key, certificate and chain of a store', async function () {
    const openssl = tool('openssl');
    skipUnless(this, openssl !== undefined, 'openssl is not here');
    const content = await readPkcs12(makeStore(openssl ?? ''), 'geheim', 'keys.sign');
    assert.deepEqual(content.certificate, derOf(a));
    assert.equal(content.chain.length, 1);
    assert.equal(createSigner([content]).has(derOf(a)), true);
  });

  it('refuses a wrong passphrase, a store without key and what is no store', async function () {
    const openssl = tool('openssl');
    skipUnless(this, openssl !== undefined, 'openssl is not here');
    const refused = { code: 'CONFIG_INVALID', location: 'keys.sign' };
    await assert.rejects(readPkcs12(makeStore(openssl ?? ''), 'fout', 'keys.sign'), refused);
    await assert.rejects(readPkcs12(makeStore(openssl ?? '', '-nokeys'), 'geheim', 'keys.sign'), refused);
    await assert.rejects(readPkcs12(Buffer.from('no store'), 'geheim', 'keys.sign'), refused);
  });
});
