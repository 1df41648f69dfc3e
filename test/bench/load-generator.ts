import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

export interface LoadTarget {
  readonly url: URL;
  readonly tls: ConnectionOptions;
  readonly connections: number;
}

/** One whole HTTP request, head and body, made beforehand so that sending costs as little as can be. */
export function httpRequest(url: URL, headers: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const lines = Object.entries({ host: url.host, ...headers, 'content-length': String(body.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${head}\r\n`), body]);
}

/**
 * Sends every request once, over a fixed number of kept-alive mutual TLS connections, each with one request under way.
 * Answers the latencies in ms, sorted. Any answer but a 200 with a Content-Length ends the run with an error.
 */
export async function generateLoad(
  target: LoadTarget,
  requests: readonly Buffer[],
  answered: (body: Buffer, index: number) => void,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    const { url, tls } = target;
    const socket = connect({ ...tls, host: url.hostname, port: Number(url.port), servername: url.hostname });
    await once(socket, 'secureConnect');
    await new Promise<void>((resolve, reject) => {
      const line = new Connection(socket, reject);
      const sendNext = (): void => {
        const index = next++;
        const request = requests[index];
        if (request === undefined) return resolve();
        const started = performance.now();
        line.send(request, (body) => {
          latencies.push(performance.now() - started);
          answered(body, index);
          sendNext();
        });
      };
      sendNext();
    });
    socket.destroy();
  };
  await Promise.all(Array.from({ length: target.connections }, run));
  return latencies.sort((a, b) => a - b);
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Reads answers off one connection: just enough HTTP for a known server. */
class Connection {
  readonly #socket: TLSSocket;
  readonly #fail: (error: Error) => void;
  #pending: Buffer = Buffer.alloc(0);
  #done: ((body: Buffer) => void) | undefined;

  constructor(socket: TLSSocket, fail: (error: Error) => void) {
    this.#socket = socket;
    this.#fail = fail;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('the connection was closed')));
  }

  send(request: Buffer, done: (body: Buffer) => void): void {
    this.#done = done;
    this.#socket.write(request);
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const headEnd = this.#pending.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#pending.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200 ') || length === undefined)
      return this.#fail(new Error(`unexpected answer: ${this.#pending.toString()}`));
    const end = headEnd + HEAD_END.length + Number(length);
    if (this.#pending.length < end) return;
    const body = this.#pending.subarray(headEnd + HEAD_END.length, end);
    this.#pending = this.#pending.subarray(end);
    this.#done?.(body);
  }
}
