import { createSecureContext } from 'node:tls';
import { Slices } from '../clock/slices.ts';
import { GatewayError } from '../errors.ts';
import type { Transport } from '../ports/transport.ts';
import { exchange } from './exchange.ts';
import { isLoopback } from './loopback.ts';
import { peerFailure } from './peer-failure.ts';
import { type PeerJudge, PeerSockets } from './peer-sockets.ts';
import { sessionKeepingConnector } from './session-connector.ts';
import { identityOptions, TLS_PROFILE, type TlsIdentity } from './tls-profile.ts';
import { Agent } from './undici-parts.ts';

/** Times in ms, sizes in octets. */
export interface TransportLimits {
  /** TCP and TLS. */
  readonly connectTimeoutMs: number;
  /** From the end of the request to the headers of the answer; also how long a peer may stop taking the request. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the answer. */
  readonly bodyTimeoutMs: number;
  /** The whole exchange. */
  readonly totalTimeoutMs: number;
  /** How long a connection is kept for the next message, unless the peer says less. */
  readonly idleTimeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Connections to one host and port. */
  readonly maxConnectionsPerPeer: number;
}

export const DEFAULT_TRANSPORT_LIMITS: TransportLimits = {
  connectTimeoutMs: 30_000,
  headersTimeoutMs: 60_000,
  bodyTimeoutMs: 30_000,
  totalTimeoutMs: 900_000,
  idleTimeoutMs: 4_000,
  maxAnswerBytes: 1024 * 1024,
  maxConnectionsPerPeer: 32,
};

export interface TransportOptions {
  /** What this gateway shows to partners; without it there is no client certificate. */
  readonly tls?: TlsIdentity;
  /** PEM of the CAs that partners' certificates must chain to. Without one no https:// address can be reached. */
  readonly trust?: readonly (string | Buffer)[];
  /** http:// to other hosts than this one: only where a proxy does TLS. */
  readonly allowPlain?: boolean;
  readonly limits?: Partial<TransportLimits>;
  /** Asked of each partner's certificate after the handshake; undefined: TLS alone decides. */
  readonly judge?: PeerJudge | undefined;
}

/**
 * Posts to partners over HTTP/1.1 and mutual TLS, on connections that are kept. Nothing is followed, decompressed or repeated.
 * Throws CONFIG_INVALID for keys that cannot be used.
 * @spec ebMS2 §B.2, Digikoppeling TLS001, TLS002
 */
export function createTransport(options: TransportOptions): Transport {
  const limits = { ...DEFAULT_TRANSPORT_LIMITS, ...options.limits };
  const peers = options.judge && new PeerSockets(options.judge);
  const slices = new Slices();
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connections: limits.maxConnectionsPerPeer,
    keepAliveTimeout: limits.idleTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.bodyTimeoutMs,
    // Counted as it comes: what is read as a stream has the limits of who reads it.
    maxResponseSize: -1,
    connect: sessionKeepingConnector({
      secureContext: secureContextOf(options),
      timeout: limits.connectTimeoutMs,
      peers,
    }),
  });
  return {
    async post(request) {
      const url = permittedUrl(request.url, options.allowPlain === true);
      try {
        const { headers, body, contentLength, timeoutMs } = request;
        const dispatch = {
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'POST' as const,
          headers: { ...headers, 'content-length': String(contentLength) },
          body,
          // What the whole exchange may take, each of its steps may.
          ...(timeoutMs === undefined ? {} : { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }),
        };
        return await exchange(agent, dispatch, {
          timeoutMs: timeoutMs ?? limits.totalTimeoutMs,
          maxBytes: request.maxAnswerBytes ?? limits.maxAnswerBytes,
          takesParts: request.takesParts === true,
          slices,
          signal: request.signal,
        });
      } catch (error) {
        throw peerFailure(error);
      } finally {
        if (!(request.body instanceof Uint8Array)) request.body.destroy();
      }
    },
    close() {
      peers?.close();
      return agent.destroy();
    },
  };
}

/** One for all connections: making it costs more than a handshake. */
function secureContextOf({ tls, trust }: TransportOptions): ReturnType<typeof createSecureContext> {
  const identity = tls === undefined ? {} : identityOptions(tls);
  try {
    // An empty list is no list of CAs: without it Node would trust the public ones.
    return createSecureContext({ ...TLS_PROFILE, ...identity, ca: [...(trust ?? [])] });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('CONFIG_INVALID', { location: 'keys.tlsClient', detail, cause });
  }
}

function permittedUrl(text: string, allowPlain: boolean): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'https:') return url;
  if (url?.protocol !== 'http:') throw unreachable('the address is no https:// URL');
  if (!allowPlain && !isLoopback(url.hostname)) throw unreachable('plain http:// to another machine is not allowed');
  return url;
}

function unreachable(detail: string): GatewayError {
  return new GatewayError('PEER_UNREACHABLE', { detail });
}
