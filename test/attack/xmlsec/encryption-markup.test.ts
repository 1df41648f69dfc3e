import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  AES256_GCM,
  encryptedData,
  encrypt,
  encryptedKey,
  KEY,
  OAEP,
  open,
  PLAIN,
  refusalOf,
  REFUSED,
  wrapBy,
  XENC,
} from '../../setup/encrypted-parts.ts';

const key = encryptedKey({ wrapped: wrapBy(OAEP, KEY) });
const cipherText = encrypt(AES256_GCM, KEY).toString('base64');
const honest = encryptedData({ algorithm: AES256_GCM, encryptedKey: key, cipherText }).toString();
const value = `<xenc:CipherValue>${cipherText}</xenc:CipherValue>`;
const data = `<xenc:CipherData>${value}</xenc:CipherData>`;
const method = `<xenc:EncryptionMethod Algorithm="${AES256_GCM}"/>`;

describe('hostile markup around cipher text', () => {
  it('the honest document opens, also with a declaration, comments, white space and other prefixes', async () => {
    const variants = [
      honest,
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- <xenc:CipherData><xenc:CipherValue>AAAA --><?x y?>${honest}\n<!-- end -->`,
      `\ufeff${honest}`,
      honest.replaceAll('xenc:', 'e:').replaceAll('xmlns:xenc', 'xmlns:e'),
      honest.replaceAll('xenc:', '').replaceAll('xmlns:xenc', 'xmlns'),
      honest
        .replaceAll('><', '>\n  <')
        .replace(/<(\/?)ds:/g, '<$1d:')
        .replace('xmlns:ds', 'xmlns:d'),
      honest.replace(value, value.replace('<xenc:CipherValue>', `<xenc:CipherValue\n xmlns:unused="urn:a>b" >`)),
      honest.replace(method, `<xenc:EncryptionMethod Algorithm='${AES256_GCM}'></xenc:EncryptionMethod>`),
      honest.replace('<ds:KeyInfo>', '<ds:KeyInfo Id="k"><ds:KeyName>ours</ds:KeyName>'),
      honest.replace('</xenc:EncryptedKey>', '<xenc:CarriedKeyName>k</xenc:CarriedKeyName></xenc:EncryptedKey>'),
      honest.replace(' MimeType="text/xml"', ''),
    ];
    for (const text of variants) assert.deepEqual((await open(Buffer.from(text))).plain, PLAIN, text);
  });

  const bad: readonly [why: string, text: string][] = [
    ['a DOCTYPE', `<!DOCTYPE xenc:EncryptedData [<!ENTITY a "b">]>${honest}`],
    ['an entity in the head', honest.replace('text/xml', '&a;')],
    ['no end', honest.slice(0, -1)],
    ['no end tag of the cipher text', honest.slice(0, honest.lastIndexOf('</xenc:CipherValue>'))],
    ['text behind the root', `${honest}x`],
    ['a second root', honest + honest],
    ['another root around it', `<a xmlns:xenc="${XENC}">${honest}</a>`],
    ['EncryptedData of no namespace', honest.replace(`xmlns:xenc="${XENC}"`, 'xmlns:xenc="urn:x"')],
    ['an attribute that is not known', honest.replace(' MimeType', ' Encoding="x" MimeType')],
    ['two methods', honest.replace(method, method + method)],
    ['no method', honest.replace(method, '')],
    [
      'a method with parameters',
      honest.replace(method, method.replace('/>', '><xenc:KeySize>8</xenc:KeySize></xenc:EncryptionMethod>')),
    ],
    ['an algorithm that is not known', honest.replace(AES256_GCM, `${XENC}tripledes-cbc`)],
    ['no algorithm', honest.replace(method, '<xenc:EncryptionMethod/>')],
    ['text between the elements', honest.replace(method, `${method}x`)],
    ['a comment between the elements', honest.replace(method, `${method}<!-- -->`)],
    ['two CipherData', honest.replace(data, data + data)],
    ['two CipherValue', honest.replace(value, value + value)],
    ['an empty CipherValue', honest.replace(value, '<xenc:CipherValue/>')],
    ['a CipherReference', honest.replace(value, '<xenc:CipherReference URI="http://peer.test/x"/>')],
    ['a CipherValue elsewhere', honest.replace(data, `<xenc:CipherData><xenc:x>${value}</xenc:x></xenc:CipherData>`)],
    ['a CipherValue in a comment', honest.replace(data, `<!-- ${data} --><xenc:CipherData/>`)],
    ['an attribute of CipherValue', honest.replace(value, value.replace('>', ' a="b">'))],
    ['a reference to a key elsewhere', honest.replace(key, `${key}<ds:RetrievalMethod URI="#k"/>`)],
    ['a key by reference alone', honest.replace(key, '<ds:RetrievalMethod URI="http://peer.test/k"/>')],
    ['the key’s CipherValue empty', honest.replace(/(<xenc:EncryptedKey>.*?<xenc:CipherValue>)[^<]*/, '$1')],
    ['properties behind the cipher text', honest.replace(data, `${data}<xenc:EncryptionProperties/>`)],
    [
      'a head that never ends',
      honest.replace('<ds:KeyInfo>', `<ds:KeyInfo>${'<ds:KeyName>x</ds:KeyName>'.repeat(3000)}`),
    ],
    ['a tail that never ends', honest + ' '.repeat(5000)],
    ['depth', honest.replace('<ds:KeyInfo>', '<ds:KeyInfo>'.repeat(40))],
  ];
  for (const [why, text] of bad) {
    it(`refuses ${why}`, async () => {
      assert.notEqual(text, honest);
      assert.equal(await refusalOf(Buffer.from(text)), REFUSED);
      assert.equal(await refusalOf(Buffer.from(text), { pieces: Array.from({ length: 100 }, () => 31) }), REFUSED);
    });
  }

  it('refuses what is not UTF-8', async () => {
    for (const mark of ['\ufeff', '']) {
      const utf16 = Buffer.from(mark + honest, 'utf16le');
      assert.equal(await refusalOf(utf16), REFUSED);
      assert.equal(await refusalOf(utf16.swap16()), REFUSED);
      await assert.rejects(open(utf16), /not UTF-8/);
    }
    assert.equal(await refusalOf(Buffer.from(honest.replace('text/xml', 'é'), 'latin1')), REFUSED);
  });

  it('takes the whole input whatever is wrong, and gives the reason to the log alone', async () => {
    const endless = Buffer.from(`${honest.replace(AES256_GCM, 'urn:none').slice(0, -60)}${'A'.repeat(300_000)}`);
    assert.equal(await refusalOf(endless, { pieces: Array.from({ length: 300 }, () => 1000) }), REFUSED);
    await assert.rejects(open(endless), /algorithm urn:none/);
  });
});
