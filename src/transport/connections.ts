import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';

interface Connection {
  readonly address: string;
  /** The TLS connection once that is up: its TCP socket before. */
  socket: Socket;
  /** When it last began to carry none, in ms of the clock. */
  idleSince: number;
  /** Requests whose headers are complete and whose answer has not left. */
  running: number;
}

/** What an address gets that has all the connections it may have. */
export type Crowded = 'cut-idle' | 'cut-slow' | 'refused';

export interface ConnectionTerms {
  readonly maxPerAddress: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Cuts the one of these connections that is furthest behind with its request; false where none is. */
  readonly cutSlowest: (sockets: Iterable<Socket>) => boolean;
  /** Told each time an address has too many. */
  readonly crowded: (address: string, outcome: Crowded) => void;
}

/** A connection has so long to bring its first request before a slow one is spared for it. */
const NEW_MS = 1_000;

/**
 * Open connections of an endpoint: counts them by address, and knows which of them carry no request. An address that has as many
 * as it may loses the one that carried none for longest, a handshake or half a header too; but a slow one before one that has
 * only just come. A new one is refused only where all of them are at work.
 */
export class Connections {
  readonly #terms: ConnectionTerms;
  /** By peer: a TLS socket does not tell which TCP socket it runs on. */
  readonly #byPeer = new Map<string, Connection>();
  /** For each request: quicker than what the peer is called. */
  readonly #bySocket = new WeakMap<Socket, Connection>();
  /** By address; those that carry no request in the order in which that began. */
  readonly #byAddress = new Map<string, Set<Connection>>();

  constructor(terms: ConnectionTerms) {
    this.#terms = terms;
  }

  /** Takes up a TCP connection, or cuts it when its address has too many that are at work. */
  admit(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const others = this.#byAddress.get(address) ?? new Set();
    if (others.size >= this.#terms.maxPerAddress && !this.#makeRoom(address, others)) {
      socket.destroy();
      return;
    }
    const peer = peerOf(socket);
    const connection: Connection = { address, socket, idleSince: this.#terms.clock.now(), running: 0 };
    this.#byAddress.set(address, others.add(connection));
    this.#byPeer.set(peer, connection);
    this.#bySocket.set(socket, connection);
    socket.once('close', () => {
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer);
      this.#leave(connection);
    });
  }

  /** TLS is up on it. */
  secured(socket: Socket): void {
    const connection = this.#byPeer.get(peerOf(socket));
    if (connection === undefined) return;
    connection.socket = socket;
    this.#bySocket.set(socket, connection);
  }

  begin(socket: Socket): void {
    const connection = this.#bySocket.get(socket);
    if (connection !== undefined) connection.running += 1;
  }

  end(socket: Socket): void {
    const connection = this.#bySocket.get(socket);
    if (connection === undefined) return;
    connection.running -= 1;
    connection.idleSince = this.#terms.clock.now();
    const all = this.#byAddress.get(connection.address);
    if (all?.delete(connection) === true) all.add(connection);
  }

  destroyIdle(): void {
    for (const { socket, running } of this.#byPeer.values()) if (running === 0) socket.destroy();
  }

  destroyAll(): void {
    for (const { socket } of this.#byPeer.values()) socket.destroy();
  }

  #makeRoom(address: string, others: ReadonlySet<Connection>): boolean {
    const { crowded, cutSlowest, clock } = this.#terms;
    const slowest = (): boolean => cutSlowest(Array.from(others, ({ socket }) => socket));
    let outcome: Crowded = 'refused';
    if (this.#cutIdle(others, clock.now() - NEW_MS)) outcome = 'cut-idle';
    else if (slowest()) outcome = 'cut-slow';
    else if (this.#cutIdle(others, Infinity)) outcome = 'cut-idle';
    crowded(address, outcome);
    return outcome !== 'refused';
  }

  /** The one that carried no request for longest, if that began before `since`. */
  #cutIdle(others: ReadonlySet<Connection>, since: number): boolean {
    for (const other of others) {
      if (other.running > 0 || other.idleSince > since) continue;
      this.#leave(other);
      other.socket.destroy();
      return true;
    }
    return false;
  }

  #leave(connection: Connection): void {
    const all = this.#byAddress.get(connection.address);
    all?.delete(connection);
    if (all?.size === 0) this.#byAddress.delete(connection.address);
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
