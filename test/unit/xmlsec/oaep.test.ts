import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, hash, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import { decodeOaep, encodeOaep } from '../../../src/xmlsec/encryption/oaep.ts';
import { partyA } from '../../setup/test-keys.ts';

const SIZE = 256;
const HASHES = { digest: 'sha256', mgf: 'sha1' };
const DIGEST = 32;
const MESSAGE = randomBytes(32);
const DATA = SIZE - DIGEST - 1;

describe('OAEP', () => {
  it('RFC 8017 §7.1.1 encodes what the library decodes, with each digest', () => {
    for (const [digest, length] of [
      ['sha1', 20],
      ['sha256', 32],
      ['sha384', 48],
      ['sha512', 64],
    ] as const) {
      const block = encodeOaep(MESSAGE, { size: SIZE, seed: randomBytes(length) }, { digest, mgf: digest });
      const sent = publicEncrypt({ key: createPublicKey(partyA.key), padding: constants.RSA_NO_PADDING }, block);
      assert.deepEqual(privateDecrypt({ key: partyA.key, oaepHash: digest }, sent), MESSAGE);
      assert.throws(() =>
        encodeOaep(randomBytes(SIZE), { size: SIZE, seed: randomBytes(length) }, { digest, mgf: digest }),
      );
    }
  });

  it('RFC 8017 §7.1.2 decodes what was encoded by the letter of the standard', () => {
    const { good, message } = decodeOaep(blockOf({}), MESSAGE.length, HASHES);
    assert.equal(good, 1);
    assert.deepEqual(message, MESSAGE);
    assert.deepEqual(decodeOaep(encodeOaep(MESSAGE, { size: SIZE, seed: randomBytes(32) }, HASHES), 32, HASHES), {
      good: 1,
      message: MESSAGE,
    });
  });

  const broken: readonly [rule: string, block: Buffer, length?: number][] = [
    ['the first octet is not zero', blockOf({ first: 1 })],
    ['the first octet is not zero, in its highest bit', blockOf({ first: 0x80 })],
    ['the first octet of the digest', blockOf({ change: (data) => data.writeUInt8(data.readUInt8(0) ^ 1, 0) })],
    ['the last octet of the digest', blockOf({ change: (data) => data.writeUInt8(data.readUInt8(31) ^ 128, 31) })],
    ['the first octet of the padding', blockOf({ change: (data) => data.writeUInt8(2, DIGEST) })],
    ['the last octet of the padding', blockOf({ change: (data) => data.writeUInt8(1, DATA - MESSAGE.length - 2) })],
    ['no separator', blockOf({ change: (data) => data.writeUInt8(0, DATA - MESSAGE.length - 1) })],
    ['another separator', blockOf({ change: (data) => data.writeUInt8(3, DATA - MESSAGE.length - 1) })],
    ['a message that is shorter than asked', blockOf({}), 33],
    ['a message that is longer than asked', blockOf({}), 31],
    ['a message for which the block is too short', blockOf({}), SIZE - 2 * DIGEST - 1],
    ['random octets', randomBytes(SIZE).fill(0, 0, 1)],
  ];
  for (const [rule, octets, length] of broken) {
    it(`RFC 8017 §7.1.2 refuses ${rule}`, () => {
      assert.equal(decodeOaep(octets, length ?? MESSAGE.length, HASHES).good, 0);
    });
  }

  it('refuses another digest or another mask than those it was made with', () => {
    for (const hashes of [
      { digest: 'sha256', mgf: 'sha256' },
      { digest: 'sha1', mgf: 'sha1' },
      { digest: 'sha512', mgf: 'sha1' },
    ])
      assert.equal(decodeOaep(blockOf({}), MESSAGE.length, hashes).good, 0);
  });
});

/** A block made step by step as the standard says, with `change` before the masks are laid. */
function blockOf({ first = 0, change }: { first?: number; change?: (data: Buffer) => void }): Buffer {
  const data = Buffer.alloc(DATA);
  hash(HASHES.digest, '', 'buffer').copy(data);
  data[DATA - MESSAGE.length - 1] = 1;
  MESSAGE.copy(data, DATA - MESSAGE.length);
  change?.(data);
  const seed = randomBytes(DIGEST);
  const maskedData = exclusiveOr(data, mgf1(seed, DATA));
  return Buffer.concat([Buffer.from([first]), exclusiveOr(seed, mgf1(maskedData, DIGEST)), maskedData]);
}

function mgf1(seed: Buffer, length: number): Buffer {
  const blocks = Array.from({ length: 20 }, (_, counter) =>
    createHash(HASHES.mgf)
      .update(seed)
      .update(Buffer.from([0, 0, 0, counter]))
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

function exclusiveOr(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((octet, index) => octet ^ (right[index] ?? 0)));
}
