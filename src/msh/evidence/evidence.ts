import type { Direction } from '../../ports/store.ts';

/**
 * Evidence of one message: a folder of plain files that proves it without a gateway. Everything the evidence says is
 * derived from the signed octets in it; what the gateway only noted (times, attempts) stands apart in `message.json`.
 */
export const FILES = {
  readme: 'README.txt',
  manifest: 'manifest.json',
  record: 'message.json',
  envelope: 'envelope.xml',
  receipt: 'receipt.xml',
  /** In place of a receipt, when the partner answered with an error. */
  error: 'error.xml',
  contract: 'cpa.xml',
  events: 'events.json',
  messageCertificate: 'certificates/message.pem',
  receiptCertificate: 'certificates/receipt.pem',
  authorities: 'certificates/authorities.pem',
} as const;

export const EVIDENCE_FORMAT = 'postiljon-evidence-1';

/** A certificate revocation list, in DER. */
export function listFile(number: number): string {
  return `revocation/${number}.crl`;
}

export function isListFile(name: string): boolean {
  return /^revocation\/\d+\.crl$/.test(name);
}

export function partFile(number: number): string {
  return `parts/${number}.bin`;
}

/** What an export writes: small files with their octets, payloads by number. */
export interface Evidence {
  readonly messageId: string;
  readonly direction: Direction;
  readonly files: readonly EvidenceFile[];
  readonly parts: readonly EvidencePart[];
}

export interface EvidenceFile {
  readonly name: string;
  readonly content: Buffer;
}

/** A payload: its octets are those of `openPayload(messageId, number)`. */
export interface EvidencePart {
  readonly name: string;
  readonly number: number;
  readonly size: number;
  readonly sha256: string;
}

/** `message.json`: what the gateway noted. Times in RFC 3339. */
export interface EvidenceRecord {
  readonly messageId: string;
  readonly direction: Direction;
  readonly cpaId: string;
  readonly state: string;
  /** When this gateway stored the message: received it, or accepted it for sending. */
  readonly storedAt: string;
  /** Since when it is in its state; for a delivered one, when the receipt came. */
  readonly stateAt: string;
  /** Received, and it waits for earlier messages: the application has not heard of it. */
  readonly held: boolean;
  readonly parts: readonly RecordedPart[];
  readonly attempts: readonly object[];
}

export interface RecordedPart {
  readonly file: string;
  readonly contentId: string;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly size: number;
  readonly sha256: string;
}

/** `manifest.json`: the SHA-256 of every other file. */
export interface EvidenceManifest {
  readonly format: string;
  readonly messageId: string;
  readonly direction: Direction;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

export interface EvidenceReader {
  /** Names of all files, with `/` between folders. */
  names(): Promise<readonly string[]>;
  /** undefined when there is no such file. */
  read(name: string): Promise<Buffer | undefined>;
  /** Octets; undefined when there is no such file. */
  size(name: string): Promise<number | undefined>;
  /** `hash` is a name of node:crypto; undefined when there is no such file. */
  digest(name: string, hash: string): Promise<Buffer | undefined>;
}
