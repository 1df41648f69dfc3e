import { createDecipheriv } from 'node:crypto';
import type { CbcAlgorithm, ContentAlgorithm, GcmAlgorithm } from './algorithms.ts';
import { decryptionFailed } from './refusal.ts';

/** Octets at the end of a cipher text that `finish` gets: the tag of GCM, the padded block of CBC. */
export const HELD = 16;

export interface BlockDecipher {
  update(cipherText: Buffer): Buffer;
  /** The last plain octets. Throws DECRYPTION_FAILED. */
  finish(held: Buffer): Buffer;
}

export function openDecipher(algorithm: ContentAlgorithm, key: Buffer, iv: Buffer): BlockDecipher {
  return algorithm.mode === 'gcm' ? openGcm(algorithm, key, iv) : openCbc(algorithm, key, iv);
}

/** All of a cipher text that is in memory, its iv before it. Throws DECRYPTION_FAILED. */
export function decipherWhole(algorithm: ContentAlgorithm, key: Buffer, octets: Buffer): Buffer {
  const { ivLength } = algorithm;
  const end = octets.length - HELD;
  if (end < ivLength) throw decryptionFailed('CipherValue: too short');
  const decipher = openDecipher(algorithm, key, octets.subarray(0, ivLength));
  const plain = decipher.update(octets.subarray(ivLength, end));
  return Buffer.concat([plain, decipher.finish(octets.subarray(end))]);
}

/** @spec XML Encryption 1.1 §5.2.4 */
function openGcm({ cipher }: GcmAlgorithm, key: Buffer, iv: Buffer): BlockDecipher {
  const decipher = createDecipheriv(cipher, key, iv, { authTagLength: HELD });
  return {
    update: (cipherText) => decipher.update(cipherText),
    finish(tag) {
      try {
        return decipher.setAuthTag(tag).final();
      } catch {
        throw decryptionFailed('the authentication tag does not fit: altered, or encrypted with another key');
      }
    },
  };
}

/** Of the padding only the last octet says anything; the others may be random. @spec XML Encryption 1.1 §5.2.2 */
function openCbc({ cipher }: CbcAlgorithm, key: Buffer, iv: Buffer): BlockDecipher {
  const decipher = createDecipheriv(cipher, key, iv).setAutoPadding(false);
  return {
    update: (cipherText) => decipher.update(cipherText),
    finish(held) {
      const block = decipher.update(held);
      const padding = block.at(-1) ?? 0;
      if (!endsWithBlock(decipher) || padding === 0 || padding > block.length)
        throw decryptionFailed('the padding does not fit: altered, or encrypted with another key');
      return block.subarray(0, block.length - padding);
    },
  };
}

function endsWithBlock(decipher: { final(): Buffer }): boolean {
  try {
    return decipher.final().length === 0;
  } catch {
    return false;
  }
}
