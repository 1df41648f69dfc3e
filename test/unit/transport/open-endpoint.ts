import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type IncomingBody, pumpBody } from '../../../src/mime/pump-body.ts';
import type { IncomingRequest, OutgoingAnswer, Receive } from '../../../src/ports/transport.ts';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../../src/transport/https-server.ts';

export interface OpenEndpoint {
  readonly endpoint: Endpoint;
  readonly port: number;
  /** What `receive` was given, in order. */
  readonly requests: readonly IncomingRequest[];
  /** What `report` was given. */
  readonly reports: readonly unknown[];
}

/** The whole body, of any length. */
export async function gather(body: IncomingBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await pumpBody(body, Number.POSITIVE_INFINITY, { consume: (chunk) => void chunks.push(chunk) });
  return Buffer.concat(chunks);
}

/** Reads the body and answers its length. */
export const echoLength: Receive = async (request) => textAnswer(String((await gather(request.body)).length));

export function textAnswer(text: string): OutgoingAnswer {
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from(text) };
}

const opened = new Set<Endpoint>();

/** On a free port of 127.0.0.1; plain HTTP unless told otherwise. */
export async function openEndpoint(
  { path = '/ebms', ...options }: Partial<Omit<EndpointOptions, 'routes'>> & { readonly path?: string } = {},
  receive: Receive = echoLength,
): Promise<OpenEndpoint> {
  const requests: IncomingRequest[] = [];
  const reports: unknown[] = [];
  const noted: Receive = (request) => {
    requests.push(request);
    return receive(request);
  };
  const endpoint = createEndpoint({
    host: '127.0.0.1',
    port: 0,
    tls: 'off',
    report: (error) => reports.push(error),
    ...options,
    routes: [{ path, receive: noted }],
  });
  opened.add(endpoint);
  const { port } = await endpoint.listen();
  return { endpoint, port, requests, reports };
}

/** For afterEach. */
export async function closeEndpoints(): Promise<void> {
  await Promise.all([...opened].map((endpoint) => endpoint.close()));
  opened.clear();
}

/** A peer that says exactly what it is told; over plain TCP unless it gets a socket. */
export class RawPeer {
  readonly socket: Socket;
  #received = '';
  readonly #closed: Promise<unknown>;

  constructor(port: number, socket: Socket = connect({ host: '127.0.0.1', port })) {
    this.socket = socket;
    // The endpoint may well reset the connection: that is what is looked at.
    this.socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => {
      this.socket.once('close', () => resolve(undefined));
    });
    this.socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
  }

  send(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** Everything received once the endpoint has closed the connection. */
  async untilClosed(): Promise<string> {
    await this.#closed;
    return this.#received;
  }

  /** Everything received as soon as it holds `text`. */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) {
      const [event] = await Promise.race([once(this.socket, 'data'), this.#closed.then(() => [undefined])]);
      if (event === undefined) throw new Error(`closed before ${JSON.stringify(text)}: ${this.#received}`);
    }
    return this.#received;
  }
}

export function httpRequest(headers: readonly string[], body = '', method = 'POST', target = '/ebms'): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...headers, '', body].join('\r\n');
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
