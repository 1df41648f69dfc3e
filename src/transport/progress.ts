import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
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

interface Watched extends Exchange {
  readonly address: string;
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
  readonly #watched = new Map<Socket, Watched>();
  #cancel: (() => void) | undefined;

  constructor(terms: ProgressTerms) {
    this.#terms = terms;
    this.#lookMs = terms.patienceMs / LOOKS;
  }

  begin({ request, response }: Exchange): void {
    if (this.#terms.minimumRate === 0) return;
    const { socket } = request;
    const at = this.#terms.clock.now();
    const address = socket.remoteAddress ?? '';
    this.#watched.set(socket, { request, response, address, moved: socket.bytesRead, at, debt: 0 });
    if (this.#cancel === undefined) this.#later();
  }

  end({ request, response }: Exchange): void {
    if (this.#watched.get(request.socket)?.response === response) this.#watched.delete(request.socket);
  }

  /** Cuts the one of these connections that is furthest behind, if one is; answers whether. */
  cutSlowest(sockets: Iterable<Socket>): boolean {
    let slowest: Watched | undefined;
    for (const socket of sockets) {
      const watched = this.#watched.get(socket);
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
    this.#watched.clear();
  }

  #later(): void {
    const { clock } = this.#terms;
    this.#cancel = clock.schedule(clock.now() + this.#lookMs, () => {
      this.#cancel = undefined;
      for (const watched of this.#watched.values()) {
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
    const now = this.#terms.clock.now();
    const passed = Math.min(Math.max(now - watched.at, 0), 2 * this.#lookMs);
    const moved = movedBy(watched);
    if (isPeersTurn(watched)) {
      const due = (this.#terms.minimumRate * passed) / 1000;
      watched.debt = Math.max(0, watched.debt + due - (moved - watched.moved));
    }
    watched.moved = moved;
    watched.at = now;
  }

  #allowance(looks: number): number {
    return (this.#terms.minimumRate * this.#lookMs * looks) / 1000;
  }

  #cut({ request: { socket }, response }: Watched): void {
    this.#watched.delete(socket);
    if (response.headersSent) socket.destroy();
    else {
      socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      socket.destroySoon();
    }
  }
}

/** Octets that came, or that left for the peer; no answer worth the name begins before its request is there. */
function movedBy({ request: { socket, complete } }: Watched): number {
  return complete ? socket.bytesRead + socket.bytesWritten - socket.writableLength : socket.bytesRead;
}

function isPeersTurn({ request, response }: Watched): boolean {
  if (!request.complete) return request.readableLength === 0 && !request.isPaused();
  return response.headersSent && request.socket.writableLength > 0;
}
