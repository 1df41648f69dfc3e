import type { KeyHolder } from '../xmlsec/encryption/key-holder.ts';

export type { KeyHolder, KeyWrapping, UnwrapWork } from '../xmlsec/encryption/key-holder.ts';

/** Judges and holds certificates. Everything takes and gives DER. */
export interface Trust {
  /** Throws CERTIFICATE_UNTRUSTED unless the certificate chains to keys.trust and is valid at `at` (ms since 1970). */
  check(certificate: Uint8Array, at: number): Promise<void>;
  /** DER of keys.trust, for evidence. */
  readonly authorities: readonly Uint8Array[];
}

/** Signs with the private key that belongs to a certificate. */
export interface Signer {
  /** Whether `sign` has the key of this certificate. */
  has(certificate: Uint8Array): boolean;
  /** RSA PKCS#1 v1.5 with the digest named (sha256, sha384, sha512, sha1). Throws SIGNING_KEY_MISSING. */
  sign(certificate: Uint8Array, digest: string, data: Uint8Array): Promise<Buffer>;
}

/** Unwraps content encryption keys with the private keys that belong to certificates (keys.decrypt). */
export interface Decrypter extends KeyHolder {
  /** Whether `unwrap` has the key of this certificate. */
  has(certificate: Uint8Array): boolean;
}
