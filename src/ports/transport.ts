import type { Readable } from 'node:stream';

/** Carries one request to a partner and reads its answer. Throws PEER_UNREACHABLE (no answer) or PEER_ANSWER (too long). */
export interface Transport {
  post(request: OutgoingRequest): Promise<IncomingAnswer>;
  close(): Promise<void>;
}

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Exact number of octets of `body`. */
  readonly contentLength: number;
  readonly body: Uint8Array | Readable;
  /** An answer of 2xx and multipart/related comes as `parts`, as soon as its headers are there. */
  readonly takesParts?: boolean;
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
  readonly body: Readable;
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
