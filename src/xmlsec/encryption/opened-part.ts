import type { KeyHolder } from './key-holder.ts';

/** What is let in besides AES-GCM and RSA-OAEP; per partner, by an explicit setting. @spec Digikoppeling ENC003, ENC004 */
export interface AllowedLegacy {
  /** AES-CBC: has no integrity of its own, the signature must be verified afterwards. */
  readonly cbc: boolean;
  /** Keys wrapped by RSAES-PKCS1-v1_5. */
  readonly rsa15: boolean;
}

export interface PartOpenerOptions {
  /** Of the port: src/ports/trust.ts. */
  readonly decrypter: KeyHolder;
  readonly allow: AllowedLegacy;
  /**
   * Gets the plain octets as they come: keep them private until `finish` succeeded. A promise holds `write` back; what
   * it rejects with comes out of `write` or `finish` unchanged.
   */
  readonly sink: (plain: Buffer) => Promise<void> | undefined;
  readonly limits?: Partial<OpenerLimits>;
}

export interface OpenerLimits {
  /** Octets before the cipher text, EncryptedKey included. */
  readonly maxHead: number;
  /** Octets behind it. */
  readonly maxTail: number;
}

/** What `PartOpener.finish` gives. */
export interface OpenedPart {
  /** MimeType of the EncryptedData: the Content-Type of the plain part. Undefined: not named. */
  readonly contentType: string | undefined;
  /** URI of the content's EncryptionMethod, to be held against the CPA. */
  readonly algorithm: string;
  /** URI of the key's EncryptionMethod. */
  readonly keyTransport: string;
  /** Legacy that was needed, for log and metrics. */
  readonly used: readonly ('cbc' | 'rsa15')[];
}
