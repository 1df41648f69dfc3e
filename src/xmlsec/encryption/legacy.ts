import { RSA_1_5 } from './algorithms.ts';
import type { EncryptedData } from './encrypted-data.ts';
import type { AllowedLegacy } from './opened-part.ts';
import { decryptionFailed } from './refusal.ts';

type Algorithms = Pick<EncryptedData, 'algorithm'> & { readonly key: Pick<EncryptedData['key'], 'algorithm'> };

/** Legacy that encrypted content needs. */
export function legacyOf({ algorithm, key }: Algorithms): readonly ('cbc' | 'rsa15')[] {
  const used: ('cbc' | 'rsa15')[] = [];
  if (algorithm.mode === 'cbc') used.push('cbc');
  if (key.algorithm === RSA_1_5) used.push('rsa15');
  return used;
}

/** Throws DECRYPTION_FAILED for legacy that was not allowed by name. @spec Digikoppeling ENC003, ENC004 */
export function refuseLegacy(data: Algorithms, allow: AllowedLegacy): void {
  if (legacyOf(data).every((one) => allow[one])) return;
  throw decryptionFailed(`not allowed: ${data.algorithm.uri} with ${data.key.algorithm}`);
}
