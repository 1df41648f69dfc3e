import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';

const MAX_PEERS = 1_000;

export interface ConnectorOptions {
  readonly secureContext: SecureContext;
  /** ms, TCP and TLS together. */
  readonly timeout: number;
}

/**
 * undici's connector, whose cache of TLS sessions holds them weakly, so that most are gone before they are of use:
 * the last one of each peer is held here. A resumed handshake costs a third of a full one.
 */
export function sessionKeepingConnector(options: ConnectorOptions): buildConnector.connector {
  const { secureContext, timeout } = options;
  const connect = buildConnector({ secureContext, timeout, maxCachedSessions: MAX_PEERS, rejectUnauthorized: true });
  const sessions = new Map<string, Buffer>();
  return (target, callback) => {
    const socket: unknown = connect(target, callback);
    if (hasSessions(socket)) socket.on('session', (session) => keep(sessions, target.hostname, session));
  };
}

function keep(sessions: Map<string, Buffer>, peer: string, session: Buffer): void {
  sessions.delete(peer);
  if (sessions.size >= MAX_PEERS) for (const oldest of [...sessions.keys()].slice(0, 1)) sessions.delete(oldest);
  sessions.set(peer, session);
}

interface SessionSource {
  on(event: 'session', listener: (session: Buffer) => void): void;
}

function hasSessions(socket: unknown): socket is SessionSource {
  return typeof socket === 'object' && socket !== null && 'getSession' in socket;
}
