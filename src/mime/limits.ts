/** Caps of one MIME package; going over one is MIME_LIMIT. */
export interface MimeLimits {
  /** Parts, the root included. */
  readonly maxParts: number;
  /** Octets of one part's header block; also of the preamble, of the epilogue and of the blanks behind a boundary. */
  readonly maxHeaderBytes: number;
  /** Header fields of one part. */
  readonly maxHeaders: number;
  /** Octets of the whole package as it comes in, before transfer decoding. */
  readonly maxBytes: number;
}

export const DEFAULT_MIME_LIMITS: MimeLimits = {
  maxParts: 100,
  maxHeaderBytes: 16 * 1024,
  maxHeaders: 32,
  maxBytes: 2 * 1024 * 1024 * 1024,
};
