import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';

const HEAD_END = Buffer.from('\r\n\r\n');

/** One kept-alive connection of the load generator: just enough HTTP for a known server. */
export class Connection {
  /** Rejects when the connection breaks or answers what nobody expects. */
  readonly failed: Promise<never>;
  readonly #socket: Socket;
  #fail: (error: Error) => void = () => undefined;
  #pending: Buffer = Buffer.alloc(0);
  #done: ((body: Buffer) => void) | undefined;

  /** Mutual TLS to https:, plain TCP to http:. */
  static async open(url: URL, tls: ConnectionOptions = {}): Promise<Connection> {
    const to = { host: url.hostname, port: Number(url.port) };
    const secure = url.protocol === 'https:';
    const socket = secure ? connect({ ...tls, ...to, servername: url.hostname }) : connectPlain(to);
    await once(socket, secure ? 'secureConnect' : 'connect');
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.once('error', this.#fail);
    socket.once('close', () => this.#fail(new Error('the connection was closed')));
  }

  send(request: Buffer, done: (body: Buffer) => void): void {
    this.#done = done;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const headEnd = this.#pending.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = bodyLength(this.#pending.toString('latin1', 0, headEnd));
    if (length === undefined) return this.#fail(new Error(`unexpected answer: ${this.#pending.toString()}`));
    const end = headEnd + HEAD_END.length + length;
    if (this.#pending.length < end) return;
    const body = this.#pending.subarray(headEnd + HEAD_END.length, end);
    this.#pending = this.#pending.subarray(end);
    this.#done?.(body);
  }
}

function bodyLength(head: string): number | undefined {
  if (head.startsWith('HTTP/1.1 204 ')) return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return /^HTTP\/1\.1 20[02] /.test(head) && length !== undefined ? Number(length) : undefined;
}
