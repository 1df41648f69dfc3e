/**
 * One part's encryption, fixed: `sealStream` makes the same octets of the same plain octets at every attempt. Keep it with the
 * part. It must never meet other plain octets: two texts under one key and iv would open each other.
 */
export interface SealedPart {
  /** Markup up to and with `<xenc:CipherValue>`. */
  readonly head: Buffer;
  /** The content encryption key itself: as secret as the plain part. */
  readonly key: Buffer;
  /** 12 octets. */
  readonly iv: Buffer;
  /** URI of the content's EncryptionMethod. */
  readonly algorithm: string;
  /** Closing tags; the same for every part. */
  readonly tail: Buffer;
}
