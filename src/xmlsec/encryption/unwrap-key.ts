import { constants, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto';
import type { KeyWrapping } from './key-holder.ts';
import { blockSize, type Decoded, decodeOaep, isZero } from './oaep.ts';

export interface WrappedKey {
  readonly wrapping: KeyWrapping;
  readonly wrapped: Uint8Array;
  /** Octets that the key must have. */
  readonly length: number;
}

/**
 * The content encryption key: what one of `keys` opens, or random octets where none does. Each key does the same work in
 * the same steps whether the block is well formed or not, so that neither answers nor their timing tell (Bleichenbacher,
 * Manger). The library does the RSA, blinded; the block is taken apart here, because it must be told from a wrong one where
 * several keys may fit. Never throws.
 */
export function unwrapKey(keys: readonly KeyObject[], { wrapping, wrapped, length }: WrappedKey): Buffer {
  const result = randomBytes(length);
  for (const key of keys) {
    const block = decryptRaw(key, wrapped);
    const { good, message } =
      wrapping.kind === 'pkcs1' ? decodePkcs1(block, length) : decodeOaep(block, length, wrapping);
    const take = -good;
    for (let at = 0; at < length; at++) result[at] = ((result[at] ?? 0) & ~take) | ((message[at] ?? 0) & take);
  }
  return result;
}

/** The block as it is. A cipher text of the wrong size, or above the modulus, which anybody can see, gives a random block. */
function decryptRaw(key: KeyObject, wrapped: Uint8Array): Buffer {
  const size = blockSize(key);
  try {
    const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped);
    if (block.length === size) return block;
  } catch {
    // As below.
  }
  return randomBytes(size);
}

/** The message of `length` octets in a decrypted block; as `decodeOaep`, nothing branches on it. @spec RFC 8017 §7.2.2 */
function decodePkcs1(block: Buffer, length: number): Decoded {
  const separator = block.length - length - 1;
  const message = block.subarray(block.length - length);
  // 0, 2, eight octets of padding at least.
  if (separator < 10) return { good: 0, message: Buffer.alloc(length) };
  let wrong = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2);
  for (let at = 2; at < separator; at++) wrong |= isZero(block[at] ?? 0);
  wrong |= block[separator] ?? 1;
  return { good: isZero(wrong), message };
}
