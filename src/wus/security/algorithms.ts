import {
  type DigestAlgorithm,
  digestAlgorithm,
  RSA_PSS_SHA256,
  type SignatureAlgorithm,
  signatureAlgorithm,
} from '../../xmlsec/algorithms.ts';
import { refusal } from '../../xmlsec/refusal.ts';

/** The algorithms of one signature, judged. */
export class JudgedAlgorithms {
  readonly #allow: { readonly sha1: boolean };
  /** Whether SHA-1 was needed. */
  weakened = false;

  constructor(allow: { readonly sha1: boolean }) {
    this.#allow = allow;
  }

  /** The row of a digest. Throws SIGNATURE_ALGORITHM. @spec Digikoppeling SIGN001, SIGN003 */
  digest(uri: string): DigestAlgorithm {
    return this.#judge(digestAlgorithm(uri), `digest ${uri}`);
  }

  /** The row of a signature. Throws SIGNATURE_ALGORITHM. @spec Digikoppeling SIGN001, SIGN004 */
  signature(uri: string): SignatureAlgorithm {
    return this.#judge(uri === RSA_PSS_SHA256.uri ? RSA_PSS_SHA256 : signatureAlgorithm(uri), `signature ${uri}`);
  }

  #judge<T extends { readonly strength: 'sha2' | 'sha1' }>(row: T | undefined, detail: string): T {
    if (row === undefined) throw refusal('SIGNATURE_ALGORITHM', detail);
    if (row.strength === 'sha1') {
      if (!this.#allow.sha1) throw refusal('SIGNATURE_ALGORITHM', `${detail} is not allowed`);
      this.weakened = true;
    }
    return row;
  }
}
