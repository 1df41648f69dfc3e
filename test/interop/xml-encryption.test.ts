import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { KeyHolder } from '../../src/ports/trust.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { type KeyTransport, rsaOaep, rsaOaepMgf1p } from '../../src/xmlsec/encryption/algorithms.ts';
import { readCapture } from '../setup/captures.ts';
import {
  AES128_GCM,
  AES256_CBC,
  AES256_GCM,
  ALL_LEGACY,
  MGF1P,
  NO_LEGACY,
  OAEP,
  open,
  RSA_1_5,
  seal,
  writeSealed,
  XENC,
  XENC11,
} from '../setup/encrypted-parts.ts';
import { fixture, fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { partyA } from '../setup/test-keys.ts';
import { tool } from '../setup/tools.ts';

const XML = '<bericht><naam>Zoë</naam></bericht>';
/** Names of XML Encryption 1.1 in the list of transforms, since version 1.3. */
const OAEP_IN_XMLSEC1 = 'rsa-oaep-enc11';

describe('XML Encryption of the Java peer', () => {
  let ours: KeyHolder;

  before(function () {
    skipUnless(this, fixturesPresent(), 'the captures are not here');
    ours = createDecrypter([{ key: fixture('keys/key.pem'), certificate: fixture('keys/cert.pem') }]);
  });

  it('opens a captured part: AES-256-CBC, RSA-1.5, KeyName and wrapped base64; the octets are those that were signed', async () => {
    const { body } = readCapture('captures/rm-signed-encrypted/1-to-overheid.request');
    const end = '</xenc:EncryptedData>';
    const part = body.subarray(body.indexOf('<xenc:EncryptedData'), body.indexOf(end) + end.length);
    const opened = await open(part, { decrypter: ours, allow: ALL_LEGACY, pieces: [700, 31, 31] });
    assert.deepEqual([opened.algorithm, opened.keyTransport, opened.used], [AES256_CBC, RSA_1_5, ['cbc', 'rsa15']]);
    assert.equal(opened.contentType, 'application/xml');
    const [, digest] = /"cid:[^"]+">\s*<ds:DigestMethod[^>]+>\s*<ds:DigestValue>([^<]+)/.exec(body.toString()) ?? [];
    assert.equal(hash('sha1', opened.plain, 'base64'), digest);
  });

  it('opens what its library writes: AES-128-GCM, RSA-OAEP of edition 1.1', async () => {
    const opened = await open(fixture('santuario/gcm.xml'), { decrypter: ours });
    assert.deepEqual([opened.algorithm, opened.keyTransport, opened.contentType], [AES128_GCM, OAEP, 'text/xml']);
    assert.equal(opened.plain.toString(), "<a>\r\n <b x='1'/></a>");
  });
});

describe('XML Encryption and other programs', () => {
  let folder = '';
  const file = (name: string): string => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-xenc-'));
    writeFileSync(file('key.pem'), partyA.keyPem);
    writeFileSync(file('cert.pem'), partyA.certificatePem);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const transports: readonly KeyTransport[] = [rsaOaepMgf1p(), rsaOaep('sha256'), rsaOaep('sha256', 'sha1')];
  for (const keyTransport of transports) {
    for (const algorithm of [AES128_GCM, AES256_GCM]) {
      const name = `${algorithm} with ${keyTransport.uri}, digest ${keyTransport.digest}, mask ${keyTransport.mgf}`;
      it(`xmlsec1 opens ${name} [Digikoppeling ENC002]`, async function () {
        const xmlsec1 = tool('xmlsec1');
        skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not installed');
        const knows = keyTransport.uri === MGF1P || list(xmlsec1).includes(OAEP_IN_XMLSEC1);
        skipUnless(this, knows, 'this xmlsec1 is older than 1.3');
        writeFileSync(file('sealed.xml'), await writeSealed(seal({ algorithm, keyTransport }), Buffer.from(XML)));
        const plain = run(xmlsec1, '--decrypt', '--privkey-pem', file('key.pem'), file('sealed.xml'));
        assert.equal(plain.toString().trim(), XML);
      });
    }

    it(`OpenSSL opens a key with ${keyTransport.uri}, digest ${keyTransport.digest}, mask ${keyTransport.mgf}`, async function () {
      const openssl = tool('openssl');
      skipUnless(this, openssl !== undefined, 'openssl is not installed');
      const sealed = seal({ keyTransport });
      const [, wrapped = ''] = /<xenc:CipherValue>([^<]+)/.exec(sealed.head.toString()) ?? [];
      writeFileSync(file('wrapped'), Buffer.from(wrapped, 'base64'));
      const { digest, mgf } = keyTransport;
      const options = ['rsa_padding_mode:oaep', `rsa_oaep_md:${digest}`, `rsa_mgf1_md:${mgf}`];
      const work = ['pkeyutl', '-decrypt', '-inkey', file('key.pem'), '-in', file('wrapped')];
      const key = run(openssl, ...work, ...options.flatMap((one) => ['-pkeyopt', one]));
      assert.deepEqual(key, sealed.key);
    });
  }

  const theirs: readonly [algorithm: string, transport: string, session: string][] = [
    [AES256_GCM, MGF1P, 'aes-256'],
    [AES128_GCM, MGF1P, 'aes-128'],
    [AES256_CBC, MGF1P, 'aes-256'],
    [`${XENC}aes128-cbc`, RSA_1_5, 'aes-128'],
    [`${XENC}aes192-cbc`, RSA_1_5, 'aes-192'],
    [`${XENC11}aes192-gcm`, MGF1P, 'aes-192'],
  ];
  for (const [algorithm, transport, session] of theirs) {
    it(`what xmlsec1 encrypts with ${algorithm} and ${transport} opens`, async function () {
      const xmlsec1 = tool('xmlsec1');
      skipUnless(this, xmlsec1 !== undefined, 'xmlsec1 is not installed');
      const plain = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 31) % 256));
      writeFileSync(file('plain'), plain);
      writeFileSync(file('template.xml'), template(algorithm, transport));
      const keys = ['--pubkey-cert-pem', file('cert.pem'), '--session-key', session];
      const out = file('encrypted.xml');
      run(xmlsec1, '--encrypt', ...keys, '--binary-data', file('plain'), '--output', out, file('template.xml'));
      const legacy = algorithm.endsWith('cbc') || transport === RSA_1_5;
      const opened = await open(readFileSync(out), { allow: legacy ? ALL_LEGACY : NO_LEGACY });
      assert.deepEqual(opened.plain, plain);
      assert.equal(opened.keyTransport, transport);
    });
  }
});

function template(algorithm: string, transport: string): string {
  return (
    `<EncryptedData xmlns="${XENC}"><EncryptionMethod Algorithm="${algorithm}"/>` +
    `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><EncryptedKey xmlns="${XENC}"><EncryptionMethod Algorithm="${transport}"/>` +
    `<CipherData><CipherValue/></CipherData></EncryptedKey></KeyInfo><CipherData><CipherValue/></CipherData></EncryptedData>`
  );
}

function list(xmlsec1: string | undefined): string {
  return run(xmlsec1, 'list-transforms').toString();
}

function run(program: string | undefined, ...args: readonly string[]): Buffer {
  return execFileSync(program ?? '', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
