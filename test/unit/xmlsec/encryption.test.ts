import assert from 'node:assert/strict';
import { createDecipheriv, privateDecrypt } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { attribute, findChild, parseXml, textContent, type XmlElement } from '../../../src/xml/tree.ts';
import { rsaOaep, rsaOaepMgf1p, SEALING_ALGORITHMS } from '../../../src/xmlsec/encryption/algorithms.ts';
import { PartOpener } from '../../../src/xmlsec/encryption/part-opener.ts';
import { sealedSize } from '../../../src/xmlsec/encryption/sealed-part.ts';
import { ELLIPTIC_DER, SHORT_DER } from '../../attack/xmlsec/unfit-certificates.ts';
import {
  AES128_GCM,
  AES256_GCM,
  bothParties,
  NO_LEGACY,
  OAEP,
  open,
  PLAIN,
  refusalOf,
  REFUSED,
  seal,
  writeSealed,
  XENC,
  XENC11,
} from '../../setup/encrypted-parts.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const TRANSPORTS = [rsaOaep(), rsaOaepMgf1p(), rsaOaepMgf1p('sha256'), rsaOaep('sha512', 'sha1'), rsaOaep('sha384')];

describe('sealing a part', () => {
  it('ENC003, ENC004: AES-GCM of both lengths and RSA-OAEP in all its forms open again [Digikoppeling ENC001, Digikoppeling ENC003, Digikoppeling ENC004]', async () => {
    for (const algorithm of SEALING_ALGORITHMS) {
      for (const keyTransport of TRANSPORTS) {
        const opened = await open(await writeSealed(seal({ algorithm, keyTransport }), PLAIN));
        assert.deepEqual(opened.plain, PLAIN);
        assert.deepEqual(
          [opened.algorithm, opened.keyTransport, opened.contentType, opened.used],
          [algorithm, keyTransport.uri, 'application/pdf', []],
        );
      }
    }
  });

  it('XML Encryption §3: writes each element where the schema has it, and base64 in one line [Digikoppeling ENC002]', async () => {
    const octets = await writeSealed(seal({ contentType: 'text/xml; charset="UTF-8"' }), PLAIN);
    const data = parseXml(octets).root;
    assert.deepEqual([data.namespace, data.localName], [XENC, 'EncryptedData']);
    assert.match(attribute(data, '', 'Id') ?? '', /^[A-Za-z_][\w.-]*$/);
    assert.equal(attribute(data, '', 'MimeType'), 'text/xml; charset="UTF-8"');
    assert.equal(algorithmOf(step(data, XENC, 'EncryptionMethod')), AES256_GCM);
    const key = step(step(data, DS, 'KeyInfo'), XENC, 'EncryptedKey');
    const method = step(key, XENC, 'EncryptionMethod');
    assert.equal(algorithmOf(method), OAEP);
    assert.equal(algorithmOf(step(method, DS, 'DigestMethod')), `${XENC}sha256`);
    assert.equal(algorithmOf(step(method, XENC11, 'MGF')), `${XENC11}mgf1sha256`);
    const keyInfo = step(key, DS, 'KeyInfo');
    assert.equal(textContent(step(keyInfo, DS, 'KeyName')), 'CN=party-a.test, O=Test party A, C=NL');
    const issuerSerial = step(step(keyInfo, DS, 'X509Data'), DS, 'X509IssuerSerial');
    assert.equal(textContent(step(issuerSerial, DS, 'X509IssuerName')), 'CN=party-a.test,O=Test party A,C=NL');
    assert.match(textContent(step(issuerSerial, DS, 'X509SerialNumber')), /^\d+$/);
    assert.equal(octets.includes('\n'), false);
  });

  it('opens by the library alone, without a line of ours', async () => {
    const octets = await writeSealed(seal({ algorithm: AES128_GCM, keyTransport: rsaOaep('sha256') }), PLAIN);
    const data = parseXml(octets).root;
    const key = privateDecrypt(
      { key: partyA.key, oaepHash: 'sha256' },
      cipherOctets(step(step(data, DS, 'KeyInfo'), XENC, 'EncryptedKey')),
    );
    const content = cipherOctets(data);
    const decipher = createDecipheriv('aes-128-gcm', key, content.subarray(0, 12)).setAuthTag(content.subarray(-16));
    assert.deepEqual(Buffer.concat([decipher.update(content.subarray(12, -16)), decipher.final()]), PLAIN);
  });

  it('knows its size beforehand, and opens again, whatever the size and however both ways are cut', async () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), pieces, pieces, async (plain, cutIn, cutOut) => {
        const sealed = seal();
        const octets = await writeSealed(sealed, plain, cutIn);
        assert.equal(octets.length, sealedSize(sealed, plain.length));
        assert.deepEqual((await open(octets, { pieces: cutOut })).plain, Buffer.from(plain));
      }),
      { numRuns: 150 },
    );
  });

  it('streams what is larger than any buffer, in pieces of odd sizes', async () => {
    const plain = Buffer.alloc(1_000_003, 'streams ');
    const sealed = seal();
    const octets = await writeSealed(sealed, plain, [1, 65_537, 100_000, 3, 65_536]);
    assert.equal(octets.length, sealedSize(sealed, plain.length));
    const cuts = Array.from({ length: 200 }, (_, index) => (index * 7919) % 9001);
    assert.deepEqual((await open(octets, { pieces: cuts })).plain, plain);
    assert.deepEqual((await open(octets)).plain, plain);
  });

  it('makes the same octets of the same part each time, and others of another part', async () => {
    const sealed = seal();
    const first = await writeSealed(sealed, PLAIN);
    assert.deepEqual(await writeSealed(sealed, PLAIN, [5, 5]), first);
    const stored = { ...sealed, head: Buffer.from(sealed.head), key: Buffer.from(sealed.key) };
    assert.deepEqual(await writeSealed(stored, PLAIN), first);
    const other = seal();
    assert.notDeepEqual(other.key, sealed.key);
    assert.notDeepEqual(other.iv, sealed.iv);
    assert.deepEqual(other.tail, sealed.tail);
  });

  it('ENC003: never encrypts with CBC, nor for a key that is too short or no RSA key [Digikoppeling ENC003]', () => {
    assert.throws(() => seal({ algorithm: `${XENC}aes256-cbc` }), /no algorithm to encrypt with/);
    for (const certificate of [ELLIPTIC_DER, SHORT_DER, Buffer.from('x')]) {
      assert.throws(
        () => seal({ to: { ...partyA, certificate } }),
        (error) => error instanceof GatewayError && error.code === 'CPA_INVALID',
      );
    }
  });
});

describe('opening a part', () => {
  it('holds the sender back while the sink is not ready', async () => {
    const octets = await writeSealed(seal(), Buffer.alloc(200_000));
    const { promise: waiting, resolve: release } = Promise.withResolvers<void>();
    const opener = new PartOpener({ decrypter: bothParties, allow: NO_LEGACY, sink: () => waiting });
    let taken = false;
    const writing = Promise.resolve(opener.write(octets)).then(() => {
      taken = true;
    });
    await new Promise(setImmediate);
    assert.equal(taken, false);
    release();
    await writing;
    await opener.finish();
  });

  it('lets out unchanged what the sink and the decrypter throw: it is nobody’s attack', async () => {
    const octets = await writeSealed(seal(), PLAIN);
    const full = new GatewayError('STORE_UNAVAILABLE');
    const sinking = new PartOpener({ decrypter: bothParties, allow: NO_LEGACY, sink: () => Promise.reject(full) });
    await sinking.write(octets);
    await assert.rejects(sinking.finish(), full);
    const busy = new GatewayError('BUSY');
    const decrypter = { certificates: () => [partyA.certificate], unwrap: () => Promise.reject(busy) };
    const unwrapping = new PartOpener({ decrypter, allow: NO_LEGACY, sink: () => undefined });
    await unwrapping.write(octets);
    await assert.rejects(unwrapping.finish(), busy);
  });

  it('refuses what is no EncryptedData, and nothing at all', async () => {
    for (const text of ['', '<bericht/>', 'plain text', `<EncryptedData xmlns="${XENC}"/>`]) {
      assert.equal(await refusalOf(Buffer.from(text)), REFUSED);
    }
  });

  it('tells the operator, and nobody else, that the key is missing', async () => {
    const octets = await writeSealed(seal({ to: partyB }), PLAIN);
    const decrypter = { certificates: () => [partyA.certificate], unwrap: neverUnwraps };
    assert.equal(await refusalOf(octets, { decrypter }), REFUSED);
    await assert.rejects(open(octets, { decrypter }), /no key of ours belongs to the recipient: KeyName CN=party-b/);
  });
});

function neverUnwraps(): Promise<Buffer> {
  return Promise.reject(new Error('a key was unwrapped that is not ours'));
}

function step(el: XmlElement, namespace: string, localName: string): XmlElement {
  const found = findChild(el, namespace, localName);
  assert.ok(found !== undefined, `${el.localName}/${localName}`);
  return found;
}

function algorithmOf(el: XmlElement): string | undefined {
  return attribute(el, '', 'Algorithm');
}

function cipherOctets(el: XmlElement): Buffer {
  return Buffer.from(textContent(step(step(el, XENC, 'CipherData'), XENC, 'CipherValue')), 'base64');
}
