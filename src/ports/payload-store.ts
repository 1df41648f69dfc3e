import type { Readable } from 'node:stream';

/**
 * Where the octets of message parts lie. A part is written while it arrives, its SHA-256 taken as it passes;
 * it is durable (on disk, with its name) once `finish` has answered, and visible to nobody until a message refers to it.
 * Small parts stay in memory and travel into the store with the message's own transaction (docs/adr/0003).
 */
export interface PayloadStore {
  create(): PayloadWriter;
  /**
   * A writer for octets that may have to vanish: what was decrypted and is not verified yet. What its `finish` made can be
   * opened and discarded like any other, but stays private to this process until `release`; a crash takes it along.
   */
  createHeld(): PayloadWriter;
  /** Makes durable what was held; does nothing for other bodies. Throws STORE_UNAVAILABLE. */
  release(body: PayloadBody): Promise<void>;
  open(body: PayloadBody): Promise<Readable>;
  /** Octets of a payload; undefined when it is not there. Throws STORE_UNAVAILABLE. */
  sizeOf(body: PayloadBody): Promise<number | undefined>;
  /** Forgets what `finish` made durable, for a message that was refused. Never throws. */
  discard(body: PayloadBody): Promise<void>;
  /** Removes files older than `before` (ms since 1970) that no message refers to; answers how many. */
  sweep(isReferenced: (file: string) => Promise<boolean>, before: number): Promise<number>;
}

export interface PayloadWriter {
  /**
   * Answers a promise, which never rejects, when the caller must wait before it writes more. The chunk is not copied.
   * Throws STORE_UNAVAILABLE once the disk has failed; `abort` then.
   */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Makes the octets durable. Throws STORE_UNAVAILABLE. */
  finish(): Promise<StoredContent>;
  /** Removes what was written. Never throws. */
  abort(): Promise<void>;
}

export interface StoredContent {
  readonly body: PayloadBody;
  readonly size: number;
  /** SHA-256 of the octets, lower-case hex. */
  readonly sha256: string;
}

export type PayloadBody = { readonly inline: Uint8Array } | { readonly file: string };
