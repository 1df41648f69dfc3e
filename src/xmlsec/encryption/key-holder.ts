/** How a content encryption key was wrapped for its recipient; hashes are named as in node:crypto. */
export type KeyWrapping =
  | { readonly kind: 'oaep'; readonly digest: string; readonly mgf: string }
  | { readonly kind: 'pkcs1' };

/** Who holds private keys that decrypt. Everything takes and gives DER. */
export interface KeyHolder {
  /** Certificates whose keys can decrypt, in the order in which they are tried where the sender names none. */
  certificates(): readonly Uint8Array[];
  /**
   * The content encryption key, `length` octets: what the key of one of `certificates` opens. NEVER rejects for what the
   * cipher text holds: where none opens it, the key is random, and the content is what fails (implicit rejection).
   * Throws BUSY when the work was lost and may be repeated.
   */
  unwrap(work: UnwrapWork): Promise<Buffer>;
}

export interface UnwrapWork {
  /** One when the sender named it; a handful at most. */
  readonly certificates: readonly Uint8Array[];
  readonly wrapping: KeyWrapping;
  readonly wrapped: Uint8Array;
  readonly length: number;
}
