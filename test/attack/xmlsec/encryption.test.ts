import assert from 'node:assert/strict';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import {
  AES128_GCM,
  AES256_CBC,
  AES256_GCM,
  ALL_LEGACY,
  encryptedData,
  encrypt,
  encryptedKey,
  handmade,
  KEY,
  MGF1P,
  OAEP,
  open,
  type OpenOptions,
  PLAIN,
  refusalOf,
  REFUSED,
  RSA_1_5,
  wrapBy,
  XENC,
  XENC11,
} from '../../setup/encrypted-parts.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';

const CBC: OpenOptions = { allow: { cbc: true, rsa15: false } };

describe('hostile cipher text', () => {
  it('A39 a thousand altered CBC cipher texts: one refusal, or other octets, which the signature refuses', async function () {
    this.timeout(60_000);
    const cipherText = encrypt(AES256_CBC, KEY);
    const wrapped = wrapBy(OAEP, KEY);
    const tally = { refused: 0, other: 0 };
    for (let variant = 0; variant < 1000; variant++) {
      const altered = flip(cipherText, (variant * 7) % cipherText.length, 1 + (variant % 255));
      const sunk: Buffer[] = [];
      const outcome = await refusalOf(handmade({ algorithm: AES256_CBC, cipherText: altered, wrapped }), {
        ...CBC,
        sunk,
      });
      if (outcome === 'opened') tally.other++;
      else tally.refused++;
      assert.ok(outcome === 'opened' || outcome === REFUSED, outcome);
      assert.notDeepEqual(Buffer.concat(sunk), PLAIN);
    }
    assert.ok(tally.refused > 50 && tally.other > 500, JSON.stringify(tally));
  });

  it('A39 every last octet of a CBC padding is answered alike, and so is a cipher text of any wrong length', async function () {
    this.timeout(30_000);
    const cipherText = encrypt(AES256_CBC, KEY, PLAIN.subarray(0, 31));
    const wrapped = wrapBy(OAEP, KEY);
    const read = (changed: Buffer): Promise<string> =>
      refusalOf(handmade({ algorithm: AES256_CBC, cipherText: changed, wrapped }), CBC);
    let opened = 0;
    for (let mask = 0; mask < 256; mask++) {
      const outcome = await read(flip(cipherText, cipherText.length - 17, mask));
      if (outcome === 'opened') opened++;
      else assert.equal(outcome, REFUSED);
    }
    // What pads 1 to 16 octets.
    assert.equal(opened, 16);
    // Each octet of this text could end a padding: what is refused is refused for its length.
    const ones = encrypt(AES256_CBC, KEY, Buffer.alloc(47, 1));
    for (let length = 0; length <= ones.length; length++) {
      const whole = length % 16 === 0 && length >= 32;
      assert.equal(await read(ones.subarray(0, length)), whole ? 'opened' : REFUSED, `${length}`);
    }
  });

  it('A39 CBC is refused where it was not allowed by name [Digikoppeling ENC003]', async () => {
    assert.equal(await refusalOf(handmade({ algorithm: AES256_CBC })), REFUSED);
    assert.equal(await refusalOf(handmade({ algorithm: AES256_CBC }), { allow: { cbc: false, rsa15: true } }), REFUSED);
  });

  it('A40 GCM altered in iv, cipher text or tag, one octet at a time', async () => {
    const cipherText = encrypt(AES256_GCM, KEY, PLAIN.subarray(0, 40));
    const wrapped = wrapBy(OAEP, KEY);
    assert.equal(await refusalOf(handmade({ cipherText, wrapped })), 'opened');
    for (let at = 0; at < cipherText.length; at++) {
      assert.equal(await refusalOf(handmade({ cipherText: flip(cipherText, at, 1 + at), wrapped })), REFUSED, `${at}`);
    }
  });

  it('A40 GCM cut short anywhere, without its tag, with a shorter or a longer one, or with its iv alone', async () => {
    const cipherText = encrypt(AES256_GCM, KEY, PLAIN.subarray(0, 40));
    const wrapped = wrapBy(OAEP, KEY);
    for (let length = 0; length < cipherText.length; length++) {
      assert.equal(await refusalOf(handmade({ cipherText: cipherText.subarray(0, length), wrapped })), REFUSED);
      if (length > 0)
        assert.equal(await refusalOf(handmade({ cipherText: cipherText.subarray(length), wrapped })), REFUSED);
    }
    assert.equal(
      await refusalOf(handmade({ cipherText: Buffer.concat([cipherText, Buffer.alloc(1)]), wrapped })),
      REFUSED,
    );
  });

  it('A40 GCM by another key than the one wrapped, or by one of another length', async () => {
    assert.equal(await refusalOf(handmade({ wrapped: wrapBy(OAEP, randomBytes(32)) })), REFUSED);
    assert.equal(await refusalOf(handmade({ wrapped: wrapBy(OAEP, KEY.subarray(0, 16)) })), REFUSED);
    assert.equal(await refusalOf(handmade({ algorithm: AES128_GCM, cipherText: encrypt(AES256_GCM, KEY) })), REFUSED);
  });

  it('A44 what comes out is never more than what went in: nothing is decompressed', async () => {
    for (const size of [0, 1, 100_000]) {
      const octets = handmade({ cipherText: encrypt(AES256_GCM, KEY, Buffer.alloc(size)) });
      const { plain } = await open(octets);
      assert.equal(plain.length, size);
      assert.ok(plain.length < octets.length);
    }
    const zipped = encryptedData({
      algorithm: AES256_GCM,
      encryptedKey: encryptedKey({ wrapped: wrapBy(OAEP, KEY) }),
      cipherText: encrypt(AES256_GCM, KEY).toString('base64'),
    });
    const encoded = zipped.toString().replace('MimeType=', 'Encoding="http://www.iana.org/assignments/gzip" MimeType=');
    assert.equal(await refusalOf(Buffer.from(encoded)), REFUSED);
  });
});

describe('hostile keys', () => {
  it('A41 a key wrapped by PKCS#1 v1.5 is refused where it was not allowed by name [Digikoppeling ENC004]', async () => {
    const octets = handmade({ transport: RSA_1_5 });
    assert.equal(await refusalOf(octets), REFUSED);
    assert.equal(await refusalOf(octets, { allow: { cbc: true, rsa15: false } }), REFUSED);
    assert.equal(await refusalOf(octets, { allow: ALL_LEGACY }), 'opened');
  });

  it('A41 a key wrapped in another way than the method says', async () => {
    const sha256 = `<ds:DigestMethod Algorithm="${XENC}sha256"/>`;
    const mask = `<m:MGF xmlns:m="${XENC11}" Algorithm="${XENC11}mgf1sha256"/>`;
    const ways: readonly [transport: string, keyMethod: string, wrapped: Buffer][] = [
      [OAEP, '', wrapBy(RSA_1_5, KEY)],
      [RSA_1_5, '', wrapBy(OAEP, KEY)],
      [OAEP, sha256 + mask, wrapBy(OAEP, KEY)],
      [OAEP, '', wrapBy(OAEP, KEY, 'sha256')],
      [OAEP, sha256, wrapBy(OAEP, KEY, 'sha256')],
      [MGF1P, sha256, wrapBy(OAEP, KEY, 'sha256')],
    ];
    for (const [transport, keyMethod, wrapped] of ways) {
      assert.equal(await refusalOf(handmade({ transport, keyMethod, wrapped }), { allow: ALL_LEGACY }), REFUSED);
    }
  });

  it('A41 blocks that break each rule of PKCS#1 v1.5 in turn are answered alike (Bleichenbacher)', async () => {
    const good = pkcs1Block();
    const blocks: readonly [rule: string, block: Buffer][] = [
      ['the first octet', put(good, 0, 1)],
      ['the block type', put(good, 1, 1)],
      ['a zero in the padding', put(good, 5, 0)],
      ['a zero at the end of the padding', put(good, good.length - KEY.length - 2, 0)],
      ['no separator', put(good, good.length - KEY.length - 1, 7)],
      ['nothing at all', randomBytes(256).fill(0, 0, 1)],
      ['all zeros', Buffer.alloc(256)],
    ];
    assert.equal(await readPkcs1(raw(good)), 'opened');
    for (const [rule, block] of blocks) assert.equal(await readPkcs1(raw(block)), REFUSED, rule);
    for (const length of [0, 1, 255, 257, 512])
      assert.equal(await readPkcs1(randomBytes(length)), REFUSED, `${length}`);
    assert.equal(await readPkcs1(Buffer.alloc(256, 0xff)), REFUSED);
  });

  it('A42 a key for somebody unknown, for nobody, for another of ours', async () => {
    const { certificate } = partyB;
    const named = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
    const unknown = named.replace('MII', 'MIJ');
    for (const recipient of [named, unknown]) assert.equal(await refusalOf(handmade({ recipient })), REFUSED);
    assert.equal(await refusalOf(handmade({ wrapped: randomBytes(256).fill(0, 0, 1) })), REFUSED);
  });

  it('A42 two keys, five hundred keys, and no key', async () => {
    const key = encryptedKey({ wrapped: wrapBy(OAEP, KEY) });
    const cipherText = encrypt(AES256_GCM, KEY).toString('base64');
    const read = (keys: string): Promise<string> =>
      refusalOf(encryptedData({ algorithm: AES256_GCM, encryptedKey: keys, cipherText }));
    assert.equal(await read(key), 'opened');
    for (const count of [0, 2, 500]) assert.equal(await read(key.repeat(count)), REFUSED, `${count}`);
  });
});

function flip(octets: Buffer, at: number, mask: number): Buffer {
  return put(octets, at, (octets[at] ?? 0) ^ mask);
}

function put(octets: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(octets);
  changed[at] = value & 0xff;
  return changed;
}

function readPkcs1(wrapped: Buffer): Promise<string> {
  return refusalOf(handmade({ transport: RSA_1_5, wrapped }), { allow: ALL_LEGACY });
}

function pkcs1Block(): Buffer {
  const block = Buffer.alloc(256, 0xa5);
  block.set([0, 2]);
  block[256 - KEY.length - 1] = 0;
  block.set(KEY, 256 - KEY.length);
  return block;
}

function raw(block: Buffer): Buffer {
  return publicEncrypt({ key: createPublicKey(partyA.key), padding: constants.RSA_NO_PADDING }, block);
}
