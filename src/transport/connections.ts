import type { Socket } from 'node:net';

/** Open connections of an endpoint: counts them by address, and knows which of them carry no request. */
export class Connections {
  readonly #maxPerAddress: number;
  readonly #byAddress = new Map<string, number>();
  /** TCP connections on which TLS is not up yet, by peer: a TLS socket does not tell which one it runs on. */
  readonly #handshakes = new Map<string, Socket>();
  /** Connections that may carry requests, with the number of those that run. */
  readonly #ready = new Map<Socket, number>();

  constructor(maxPerAddress: number) {
    this.#maxPerAddress = maxPerAddress;
  }

  /** Takes up a TCP connection, or cuts it when its address has too many. */
  admit(socket: Socket, isTls: boolean): void {
    const address = socket.remoteAddress ?? '';
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= this.#maxPerAddress) {
      socket.destroy();
      return;
    }
    this.#byAddress.set(address, count + 1);
    const peer = peerOf(socket);
    if (isTls) this.#handshakes.set(peer, socket);
    else this.ready(socket);
    socket.once('close', () => {
      this.#handshakes.delete(peer);
      this.#leave(address);
    });
  }

  /** The connection may carry requests now. */
  ready(socket: Socket): void {
    this.#handshakes.delete(peerOf(socket));
    this.#ready.set(socket, 0);
    socket.once('close', () => this.#ready.delete(socket));
  }

  begin(socket: Socket): void {
    this.#ready.set(socket, (this.#ready.get(socket) ?? 0) + 1);
  }

  end(socket: Socket): void {
    const running = this.#ready.get(socket);
    if (running !== undefined) this.#ready.set(socket, running - 1);
  }

  destroyIdle(): void {
    for (const socket of this.#handshakes.values()) socket.destroy();
    for (const [socket, running] of this.#ready) if (running === 0) socket.destroy();
  }

  destroyAll(): void {
    for (const socket of this.#handshakes.values()) socket.destroy();
    for (const socket of this.#ready.keys()) socket.destroy();
  }

  #leave(address: string): void {
    const count = (this.#byAddress.get(address) ?? 1) - 1;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
