import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { type Placed, UnderWay } from '../clock/under-way.ts';
import type { Exchange } from './answer.ts';

export interface ProgressTerms {
  /** Octets a second that a peer has to move while it is its turn; 0: none. */
  readonly minimumRate: number;
  /** How long it may fall behind that, at a standstill; longer where it moves a little. In ms. */
  readonly patienceMs: number;
  readonly clock: Clock;
  /** Told of each connection that was cut for it. */
  readonly cut: (address: string) => void;
}

interface Watched extends Placed {
  readonly address: string;
  /** What the connection carries now: of an idle one nothing is kept. */
  exchange: Exchange | undefined;
  /** Octets that it had moved when it was last looked at, and when that was. */
  moved: number;
  at: number;
  /** Octets it is behind the minimum rate. */
  debt: number;
}

/** Looks in a patience. */
const LOOKS = 10;
/** Behind by so many looks it makes room for another of its address. */
const SLOW_LOOKS = 1;

/**
 * Whether peers get on: with the body of a request, and with reading an answer that is too large to be under way at once. What
 * we keep waiting (a body that nobody reads yet, an answer that is not there) is not the peer's turn. A peer that moves less
 * than the minimum rate runs into debt, one that moves more pays off; who owes a whole patience is cut with 408. Headers have
 * a time of their own.
 */
export class Progress {
  readonly #terms: ProgressTerms;
  readonly #lookMs: number;
  readonly #bySocket = new WeakMap<Socket, Watched>();
  readonly #watched = new UnderWay<Watched>();
  #cancel: (() => void) | undefined;

  constructor(terms: ProgressTerms) {
    this.#terms = terms;
    this.#lookMs = terms.patienceMs / LOOKS;
  }

  begin(exchange: Exchange): void {
    if (this.#terms.minimumRate === 0) return;
    const { socket } = exchange.request;
    const watched = this.#bySocket.get(socket) ?? this.#watch(socket);
    watched.exchange = exchange;
    watched.moved = socket.bytesRead;
    watched.at = this.#terms.clock.now();
    watched.debt = 0;
    this.#watched.add(watched);
    if (this.#cancel === undefined) this.#later();
  }

  end({ request, response }: Exchange): void {
    const watched = this.#bySocket.get(request.socket);
    if (watched?.exchange?.response === response) this.#leave(watched);
  }

  /** Cuts the one of these connections that is furthest behind, if one is; answers whether. */
  cutSlowest(sockets: Iterable<Socket>): boolean {
    let slowest: Watched | undefined;
    for (const socket of sockets) {
      const watched = this.#bySocket.get(socket);
      if (watched === undefined) continue;
      this.#look(watched);
      if (watched.debt > (slowest?.debt ?? this.#allowance(SLOW_LOOKS))) slowest = watched;
    }
    if (slowest !== undefined) this.#cut(slowest);
    return slowest !== undefined;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const watched of this.#watched.now()) this.#leave(watched);
  }

  #watch(socket: Socket): Watched {
    const address = socket.remoteAddress ?? '';
    const watched: Watched = { address, exchange: undefined, moved: 0, at: 0, debt: 0, place: undefined };
    this.#bySocket.set(socket, watched);
    return watched;
  }

  #leave(watched: Watched): void {
    watched.exchange = undefined;
    watched.debt = 0;
    this.#watched.remove(watched);
  }

  #later(): void {
    const { clock } = this.#terms;
    this.#cancel = clock.schedule(clock.now() + this.#lookMs, () => {
      this.#cancel = undefined;
      for (const watched of this.#watched.now()) {
        this.#look(watched);
        if (watched.debt < this.#allowance(LOOKS)) continue;
        this.#cut(watched);
        this.#terms.cut(watched.address);
      }
      if (this.#watched.size > 0) this.#later();
    });
  }

  /** A clock that jumps, or a process that stood still, is not the fault of the peer: one look counts as two at most. */
  #look(watched: Watched): void {
    const { exchange } = watched;
    if (exchange === undefined) return;
    const now = this.#terms.clock.now();
    const passed = Math.min(Math.max(now - watched.at, 0), 2 * this.#lookMs);
    const moved = movedBy(exchange);
    if (isPeersTurn(exchange)) {
      const due = (this.#terms.minimumRate * passed) / 1000;
      watched.debt = Math.max(0, watched.debt + due - (moved - watched.moved));
    }
    watched.moved = moved;
    watched.at = now;
  }

  #allowance(looks: number): number {
    return (this.#terms.minimumRate * this.#lookMs * looks) / 1000;
  }

  #cut(watched: Watched): void {
    const { exchange } = watched;
    this.#leave(watched);
    if (exchange === undefined) return;
    const { request, response } = exchange;
    const { socket } = request;
    if (response.headersSent) socket.destroy();
    else {
      socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      socket.destroySoon();
    }
  }
}

/** Octets that came, or that left for the peer; no answer worth the name begins before its request is there. */
function movedBy({ request: { socket, complete } }: Exchange): number {
  return complete ? socket.bytesRead + socket.bytesWritten - socket.writableLength : socket.bytesRead;
}

function isPeersTurn({ request, response }: Exchange): boolean {
  if (!request.complete) return request.readableLength === 0 && !request.isPaused();
  return response.headersSent && request.socket.writableLength > 0;
}
