import { hash, type KeyObject } from 'node:crypto';

/** Hashes of RSA-OAEP, named as in node:crypto. */
export interface OaepHashes {
  readonly digest: string;
  readonly mgf: string;
}

const sizes = new WeakMap<KeyObject, number>();

/** Octets of a block for an RSA key; kept, since asking costs a third of an RSA encryption. */
export function blockSize(key: KeyObject): number {
  const size = sizes.get(key) ?? Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  sizes.set(key, size);
  return size;
}

/** What came out of a block; `message` means nothing unless `good` is 1, and not 0. */
export interface Decoded {
  readonly good: number;
  readonly message: Buffer;
}

/**
 * EME-OAEP with an empty label, for a block of `size` octets. Ours and not the library's because node:crypto knows no digest
 * that differs from the hash of the mask, which `rsa-oaep-mgf1p` with SHA-256 asks. @spec RFC 8017 §7.1.1
 */
export function encodeOaep(message: Uint8Array, { size, seed }: OaepBlock, hashes: OaepHashes): Buffer {
  const digest = hash(hashes.digest, '', 'buffer');
  const block = Buffer.alloc(size);
  const seedPart = block.subarray(1, 1 + digest.length);
  const data = block.subarray(1 + digest.length);
  if (message.length + digest.length + 1 > data.length) throw new Error('the key is too long for RSA-OAEP');
  digest.copy(data);
  data[data.length - message.length - 1] = 1;
  data.set(message, data.length - message.length);
  seedPart.set(seed);
  mask(data, seedPart, hashes.mgf);
  mask(seedPart, data, hashes.mgf);
  return block;
}

export interface OaepBlock {
  readonly size: number;
  /** Random, as long as a digest. */
  readonly seed: Uint8Array;
}

/**
 * The message of `length` octets in a decrypted block. Since the length is known, every octet has one place, and the work is the
 * same whatever the block holds: nothing branches on it. @spec RFC 8017 §7.1.2
 */
export function decodeOaep(block: Uint8Array, length: number, hashes: OaepHashes): Decoded {
  const digest = hash(hashes.digest, '', 'buffer');
  const seed = Buffer.from(block.subarray(1, 1 + digest.length));
  const data = Buffer.from(block.subarray(1 + digest.length));
  const message = data.subarray(data.length - length);
  const separator = data.length - length - 1;
  if (separator < digest.length) return { good: 0, message: Buffer.alloc(length) };
  mask(seed, data, hashes.mgf);
  mask(data, seed, hashes.mgf);
  let wrong = block[0] ?? 1;
  for (let at = 0; at < digest.length; at++) wrong |= (data[at] ?? 0) ^ (digest[at] ?? 0);
  for (let at = digest.length; at < separator; at++) wrong |= data[at] ?? 0;
  wrong |= (data[separator] ?? 0) ^ 1;
  return { good: isZero(wrong), message };
}

/** 1 for 0, and 0 for other octets, without a branch. */
export function isZero(octet: number): number {
  return (octet - 1) >>> 31;
}

/** Exclusive or with MGF1 of `seed`. @spec RFC 8017 §B.2.1 */
function mask(target: Buffer, seed: Uint8Array, algorithm: string): void {
  const input = Buffer.concat([seed, Buffer.alloc(4)]);
  for (let at = 0, count = 0; at < target.length; count++) {
    input.writeUInt32BE(count, seed.length);
    const stream = hash(algorithm, input, 'buffer');
    for (let index = 0; index < stream.length && at < target.length; index++, at++) {
      target[at] = (target[at] ?? 0) ^ (stream[index] ?? 0);
    }
  }
}
