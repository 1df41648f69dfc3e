import type { Readable } from 'node:stream';

/**
 * Carries one request of a partner to the application behind a provided service and brings its answer: by HTTP, or by whatever an
 * adapter makes of it (a webhook, a queue with reply_to and correlation_id). Throws BACKEND_UNREACHABLE, BACKEND_TIMEOUT,
 * BACKEND_ANSWER, BACKEND_LIMIT; what aborts the signal of the request is thrown as it is.
 */
export interface Backend {
  call(request: BackendRequest): Promise<BackendAnswer>;
}

/** Where adapters say which backends they serve. */
export interface BackendRegister {
  /** Requests for this destination go to `backend`. A destination has one backend: another one for it is a TypeError. */
  serve(destination: string, backend: Backend): void;
}

export interface BackendRequest {
  /** Where it goes: an http(s):// URL, or a destination that an adapter serves. */
  readonly destination: string;
  readonly service: string;
  readonly operation: string;
  readonly action: string;
  readonly messageId: string;
  /** OIN of who asks. */
  readonly partner: string;
  readonly contentType: string;
  /** Octets of `body`. */
  readonly contentLength: number;
  /** Whoever is called reads a stream to its end, or destroys it. */
  readonly body: Uint8Array | Readable;
  /** From here to the last octet of the answer. */
  readonly timeoutMs: number;
  /** Largest answer that is no package of parts, in octets. */
  readonly maxBytes: number;
  /** Ends the waiting when it aborts: the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface BackendAnswer {
  /** HTTP status, or what stands for it: 2xx an answer, 500 with a SOAP Fault a fault. */
  readonly status: number;
  readonly contentType: string | undefined;
  /** A stream where it is multipart/related, of any length: whoever got it reads or destroys it. */
  readonly body: Buffer | Readable;
}
