import type { KeyHolder } from '../xmlsec/encryption/key-holder.ts';

export type { KeyHolder, KeyWrapping, UnwrapWork } from '../xmlsec/encryption/key-holder.ts';

/** Judges and holds certificates. Everything takes and gives DER. */
export interface Trust {
  /**
   * Throws CERTIFICATE_UNTRUSTED unless the certificate chains to keys.trust and is valid at `at` (ms since 1970);
   * CERTIFICATE_REVOKED when it is revoked now, REVOCATION_UNKNOWN when nobody can say.
   */
  check(certificate: Uint8Array, at: number): Promise<void>;
  /**
   * Whether a certificate that TLS has chained may be used, and is revoked now. Throws or rejects with
   * CERTIFICATE_UNTRUSTED, CERTIFICATE_REVOKED, REVOCATION_UNKNOWN. There is a promise only where it is seen for the first
   * time, or a list has to be fetched first. @spec Digikoppeling PKI003, RFC 5280 §4.2.1.9
   */
  checkPeer(certificate: Uint8Array): Promise<void> | undefined;
  /** DER of keys.trust, for evidence. */
  readonly authorities: readonly Uint8Array[];
  /**
   * DER of the revocation lists that count now for the certificate and each CA above it, for evidence, fetched first
   * where they are; and of those that counted at `at` (ms since 1970), where they were kept. None where nothing is known,
   * or revocation is not checked.
   */
  listsOf(certificate: Uint8Array, at: number): Promise<readonly Uint8Array[]>;
  /** undefined: revocation is not checked. */
  readonly revocation: RevocationState | undefined;
}

/** What is known of the revocation lists. */
export interface RevocationState {
  /** Whether certificates of which nothing is known are refused. */
  readonly required: boolean;
  /** One entry a CA. */
  lists(): readonly ListState[];
  /** Calls `listener` when lists have changed; the answer ends it. */
  onChange(listener: () => void): () => void;
  /** Calls `listener` once when a CA has no list that can be used, and again only after there was one. */
  onAlarm(listener: (alarm: RevocationAlarm) => void): () => void;
}

export interface ListState {
  /** Subject of the CA, in one line. */
  readonly authority: string;
  readonly state: 'current' | 'ended' | 'missing';
  /** ms since 1970; undefined when there is no list. */
  readonly nextUpdate: number | undefined;
  readonly revoked: number;
}

export interface RevocationAlarm {
  readonly at: number;
  readonly authority: string;
  readonly detail: string;
}

/** Judges certificates at a time that has passed, by CAs that somebody names and lists that somebody kept. */
export interface PastTrust {
  /** Throws CERTIFICATE_UNTRUSTED unless the certificate chained to the CAs and was valid at `at` (ms since 1970). */
  check(certificate: Uint8Array, at: number): Promise<void>;
  /** Those that cannot be used are `faults`. */
  readLists(kept: readonly KeptList[]): PastLists;
}

export interface PastLists {
  readonly faults: readonly ListFault[];
  /**
   * What the lists say of the certificate and of each CA above it; nothing of the last, which is trusted as it stands.
   * Throws CERTIFICATE_UNTRUSTED.
   */
  judge(certificate: Uint8Array, at: number): Promise<readonly PastVerdict[]>;
}

export interface KeptList {
  readonly name: string;
  readonly octets: Uint8Array;
}

export interface ListFault {
  readonly name: string;
  /** false: nothing is wrong with it, but no CA that is known here gave it. */
  readonly damaged: boolean;
  readonly detail: string;
}

export interface PastVerdict {
  /** Whose certificate, in one line. */
  readonly subject: string;
  readonly kind: 'good' | 'revoked' | 'unknown';
  readonly detail: string;
}

/** Gets a revocation list from the address that a certificate names. Throws CRL_UNREACHABLE. */
export type ListFetcher = (url: string, maxBytes: number) => Promise<Uint8Array>;

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
