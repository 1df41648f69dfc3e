import type { Readable } from 'node:stream';
import type { MemoryAccount } from '../mime/envelope-memory.ts';
import type { IncomingBody } from '../mime/pump-body.ts';

/**
 * Carries one request to a partner and reads its answer. Throws PEER_UNREACHABLE (no answer; see `isTimeout` for its cause) or PEER_ANSWER
 * (too long).
 */
export interface Transport {
  post(request: OutgoingRequest): Promise<IncomingAnswer>;
  close(): Promise<void>;
}

/** Whether this is why a request, or the rest of its answer, was given up: it was under way, and the time for it was over. */
export function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && TIMEOUTS.has(cause.name);
}

const TIMEOUTS: ReadonlySet<string> = new Set(['TimeoutError', 'HeadersTimeoutError', 'BodyTimeoutError']);

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Exact number of octets of `body`. */
  readonly contentLength: number;
  readonly body: Uint8Array | Readable;
  /** The whole exchange, in ms; as for all requests where not given. */
  readonly timeoutMs?: number;
  /** Largest answer that does not come as `parts`, in octets; as for all requests where not given. */
  readonly maxAnswerBytes?: number;
  /** An answer of 2xx and multipart/related comes as `parts`, as soon as its headers are there. */
  readonly takesParts?: boolean;
  /** Ends the exchange when it aborts: rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface IncomingAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Empty where there are `parts`. */
  readonly body: Buffer;
  /** Not read yet, and of any length: whoever got it reads or destroys it. */
  readonly parts?: Readable;
}

/** A request of a partner as the endpoint hands it in; nothing of the body has been read. */
export interface IncomingRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remote: string;
  /** DER of the client certificate, which TLS has chained to keys.trust; undefined on plain HTTP. */
  readonly clientCertificate: Uint8Array | undefined;
  readonly body: IncomingBody;
  /** Counts what is kept of the body in memory, until the answer is there. */
  readonly memory?: MemoryAccount;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable | undefined;
  /** Exact number of octets; for a stream. */
  readonly contentLength?: number;
  /** Told once: whether the answer was written to its last octet. */
  readonly written?: (whole: boolean) => void;
  /** Close the connection: the body was not read to its end. */
  readonly close?: boolean;
}

export type Receive = (request: IncomingRequest) => Promise<OutgoingAnswer>;
