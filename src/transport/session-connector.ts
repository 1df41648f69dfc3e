import type { SecureContext } from 'node:tls';
import type { buildConnector as Build } from 'undici';
import { clientCertificateOf } from './client-certificate.ts';
import type { PeerSockets } from './peer-sockets.ts';
import { buildConnector } from './undici-parts.ts';

const MAX_PEERS = 1_000;
/** Behind one name there may be several machines, each with a certificate of its own. */
const MAX_CERTIFICATES = 8;

export interface ConnectorOptions {
  readonly secureContext: SecureContext;
  /** ms, TCP and TLS together. */
  readonly timeout: number;
  /** Asked before a connection is used, and as long as it is. */
  readonly peers?: PeerSockets | undefined;
}

/** What is remembered of one host and port. */
interface Peer {
  readonly origin: string;
  readonly connect: Build.connector;
  /** What full handshakes showed; a resumed one shows nothing, and stands for one of these. */
  readonly certificates: Uint8Array[];
  /** The last session, for undici holds it weakly. */
  session: Buffer | undefined;
}

/**
 * undici's connector, whose cache of TLS sessions holds them weakly, so that most are gone before they are of use:
 * the last one of each peer is held here. A resumed handshake costs a third of a full one. All sessions are forgotten
 * when what is known of revocation changes: who is resumed was judged by what is known now.
 */
export function sessionKeepingConnector(options: ConnectorOptions): Build.connector {
  const { secureContext, timeout, peers: judge } = options;
  const peers = new Map<string, Peer>();
  judge?.onChange(() => peers.clear());
  const open = (key: string): Peer => {
    const connect = buildConnector({ secureContext, timeout, maxCachedSessions: 1, rejectUnauthorized: true });
    const peer: Peer = { origin: new URL(key).origin, connect, certificates: [], session: undefined };
    if (peers.size >= MAX_PEERS) for (const oldest of [...peers.keys()].slice(0, 1)) peers.delete(oldest);
    peers.set(key, peer);
    return peer;
  };
  return (target, callback) => {
    const key = `${target.protocol}//${target.hostname}:${target.port}`;
    const peer = peers.get(key) ?? open(key);
    const socket: unknown = peer.connect(target, judge === undefined ? callback : admitting(judge, peer, callback));
    if (hasSessions(socket)) {
      socket.on('session', (session) => {
        peer.session = session;
      });
    }
  };
}

/** Passes a connection on when the certificate of the other side may be used. */
function admitting(judge: PeerSockets, peer: Peer, callback: buildConnector.Callback): buildConnector.Callback {
  return (...outcome) => {
    // A failure comes without a socket, not with null.
    if (outcome[0] !== null) {
      callback(outcome[0], null);
      return;
    }
    const [, socket] = outcome;
    if (!hasSessions(socket)) {
      callback(null, socket);
      return;
    }
    const certificate = clientCertificateOf(socket);
    if (certificate !== undefined) remember(peer.certificates, certificate);
    const shown = certificate === undefined ? peer.certificates : [certificate];
    judge.admit(socket, { origin: peer.origin, certificates: shown }).then(
      () => {
        if (socket.destroyed) callback(new Error('the connection was lost while its certificate was looked up'), null);
        else callback(null, socket);
      },
      (refusal: unknown) => {
        socket.destroy();
        callback(refusal instanceof Error ? refusal : new Error(String(refusal)), null);
      },
    );
  };
}

function remember(certificates: Uint8Array[], certificate: Uint8Array): void {
  if (certificates.some((known) => Buffer.from(known).equals(certificate))) return;
  if (certificates.length >= MAX_CERTIFICATES) certificates.shift();
  certificates.push(certificate);
}

interface SessionSource {
  on(event: 'session', listener: (session: Buffer) => void): void;
}

function hasSessions(socket: unknown): socket is SessionSource {
  return typeof socket === 'object' && socket !== null && 'getSession' in socket;
}
