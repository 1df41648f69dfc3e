import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { GatewayError } from '../../../src/errors.ts';
import type { BackendRequest } from '../../../src/ports/backend.ts';
import { createBackendClient } from '../../../src/transport/backend-client.ts';

const REQUEST = {
  service: 'echo',
  operation: 'Echo',
  action: 'urn:echo:Echo',
  messageId: 'urn:uuid:é 1"\r\n',
  partner: '00000099000000001000',
  contentType: 'text/xml; charset=UTF-8',
  contentLength: 4,
  body: Buffer.from('<x/>'),
  timeoutMs: 5_000,
  maxBytes: 100,
} as const;

describe('the client of backends', () => {
  const client = createBackendClient();
  let server: Server | undefined;
  let answer: RequestListener;

  async function listening(): Promise<string> {
    server ??= createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    if (!server.listening) await new Promise((resolve) => server?.once('listening', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/in?x=1`;
  }

  async function call(more: Partial<BackendRequest> = {}): Promise<{ readonly status: number; readonly body: string }> {
    const { status, body } = await client.call({ ...REQUEST, destination: await listening(), ...more });
    return { status, body: Buffer.isBuffer(body) ? body.toString() : `stream of ${(await buffer(body)).length}` };
  }

  const rejects = (code: string, more?: Partial<BackendRequest>): Promise<void> =>
    assert.rejects(call(more), (error) => error instanceof GatewayError && error.code === code);

  after(async () => {
    await client.close();
    server?.closeAllConnections();
    server?.close();
  });

  it('posts the request, says who asks, and gives the answer whatever its status is', async () => {
    let seen: unknown;
    answer = (request, response) => {
      const { soapaction, 'postiljon-partner': partner, 'postiljon-message-id': id } = request.headers;
      void text(request).then((body) => {
        seen = { url: request.url, method: request.method, soapaction, partner, id, body };
        response.writeHead(418, { location: '/elsewhere' }).end('<y/>');
      });
    };
    assert.deepEqual(await call(), { status: 418, body: '<y/>' });
    assert.deepEqual(seen, {
      url: '/in?x=1',
      method: 'POST',
      soapaction: '"urn:echo:Echo"',
      partner: REQUEST.partner,
      id: 'urn:uuid:%C3%A9%201%22%0D%0A',
      body: '<x/>',
    });
  });

  it('follows no redirect', async () => {
    answer = (_request, response) => void response.writeHead(307, { location: '/again' }).end();
    assert.equal((await call()).status, 307);
  });

  it('streams a package of parts, of any length', async () => {
    answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'multipart/related; boundary=b' }).end(Buffer.alloc(1000));
    assert.deepEqual(await call(), { status: 200, body: 'stream of 1000' });
  });

  it('sends a stream', async () => {
    answer = (request, response) => void buffer(request).then(({ length }) => response.end(String(length)));
    const body = Readable.from([Buffer.alloc(3), Buffer.alloc(4)]);
    assert.equal((await call({ body, contentLength: 7 })).body, '7');
    const broken = Readable.from(
      (function* () {
        yield Buffer.alloc(3);
        throw new GatewayError('STORE_UNAVAILABLE');
      })(),
    );
    await rejects('STORE_UNAVAILABLE', { body: broken, contentLength: 7 });
  });

  it('tells a backend that is not there, one that is late and one that says what cannot be used', async () => {
    await rejects('BACKEND_UNREACHABLE', { destination: 'http://127.0.0.1:1/' });
    await rejects('BACKEND_UNREACHABLE', { destination: 'file:///etc/passwd' });
    answer = (_request, response) => void response.destroy();
    await rejects('BACKEND_UNREACHABLE');
    answer = () => undefined;
    await rejects('BACKEND_TIMEOUT', { timeoutMs: 20 });
    answer = (_request, response) => void response.end(Buffer.alloc(101));
    await rejects('BACKEND_ANSWER');
    answer = (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    await rejects('BACKEND_ANSWER');
  });
});
