import type { Readable } from 'node:stream';
import type { BackendAnswer } from './backend.ts';

/** Where requests to applications may go; everything that is not named here is the Internet, over https://. */
export interface EgressRules {
  /** A host name, an address or a network (`10.1.0.0/16`) of the own network that may be asked too. */
  readonly networks: readonly string[];
  /** http:// to other hosts than loopback too. */
  readonly allowPlain: boolean;
  /** PEM of CAs beside those that Node knows. */
  readonly ca?: readonly (string | Uint8Array)[];
}

/**
 * Requests to addresses of applications. A name is resolved, its addresses are judged, and the connection goes to an
 * address that was judged. No redirect is followed. Throws EGRESS_REFUSED for an address that the rules keep away, else
 * HANDOVER_FAILED.
 */
export interface Egress {
  request(request: EgressRequest): Promise<EgressAnswer>;
  /** Posts what has an answer that counts, of any length. Throws EGRESS_REFUSED, BACKEND_UNREACHABLE, BACKEND_TIMEOUT, BACKEND_ANSWER. */
  ask(question: EgressQuestion): Promise<BackendAnswer>;
  close(): Promise<void>;
}

export interface EgressRequest {
  readonly url: string;
  readonly method: 'POST' | 'OPTIONS';
  readonly headers: Readonly<Record<string, string>>;
  /** A stream needs `content-length` among the headers. */
  readonly body?: Uint8Array | Readable;
  /** From the name to the last octet of the answer. */
  readonly timeoutMs: number;
}

export interface EgressQuestion {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** From the name to the last octet of the answer. */
  readonly timeoutMs: number;
  /** Largest answer that is no package of parts, in octets; such a package is a stream. */
  readonly maxBytes: number;
  /** Ends the waiting when it aborts: the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface EgressAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB; what is longer is not read. */
  readonly body: Buffer;
}
