/** What the endpoint lets a peer use. Times in ms, sizes in octets. */
export interface EndpointLimits {
  /** From the first octet of a request (or from connecting) to the end of its headers; also for a TLS handshake. */
  readonly headersTimeoutMs: number;
  /** From the first octet of a request to its last. */
  readonly requestTimeoutMs: number;
  /** Octets a second that a peer has to move with a body, or of an answer; 0: none. See `progress.ts`. */
  readonly minimumRate: number;
  /** How long it may stand still. */
  readonly patienceMs: number;
  /** How long a connection is kept open between requests. */
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Body; refused by its Content-Length where it has one, counted where not. */
  readonly maxBodyBytes: number;
  /** Envelopes of all requests that have no answer yet, together; one address gets half of it. */
  readonly maxHeldBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** On closing: how long running requests may take before their connections are cut. */
  readonly closeGraceMs: number;
}

export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 600_000,
  minimumRate: 1024,
  patienceMs: 15_000,
  idleTimeoutMs: 60_000,
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 2 * 1024 * 1024 * 1024,
  maxHeldBytes: 256 * 1024 * 1024,
  maxConnections: 2_000,
  maxConnectionsPerAddress: 256,
  closeGraceMs: 10_000,
};
