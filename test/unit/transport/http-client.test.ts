import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type ErrorCode, GatewayError } from '../../../src/errors.ts';
import type { Transport } from '../../../src/ports/transport.ts';
import { createTransport, type TransportOptions } from '../../../src/transport/http-client.ts';
import { testTls } from '../../setup/test-tls.ts';
import { closeEndpoints, openEndpoint } from './open-endpoint.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

function transport(options: TransportOptions = {}): Transport {
  const made = createTransport(options);
  cleanUps.push(() => made.close());
  return made;
}

async function listening(server: TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const ready = once(server, 'listening');
  server.listen(0, '127.0.0.1');
  await ready;
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : assert.fail();
}

const peer = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(listener))}/ebms`;

const post = (from: Transport, url: string, body: Uint8Array | Readable = Buffer.from('abc'), contentLength = 3) =>
  from.post({ url, headers: { 'Content-Type': 'text/xml', SOAPAction: '"ebXML"' }, contentLength, body });

const fails =
  (code: ErrorCode, detail: RegExp) =>
  (error: unknown): boolean =>
    error instanceof GatewayError && error.code === code && detail.test(error.detail ?? '');

describe('ebMS2 §B.2 the transport to partners', () => {
  afterEach(async () => {
    await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
    await closeEndpoints();
  });

  it('posts with a Content-Length and hands back status, type and body [ebMS2 §B.2.2-1]', async () => {
    let method: string | undefined;
    let headers: IncomingHttpHeaders = {};
    const url = await peer((incoming, response) => {
      ({ method, headers } = incoming);
      response.writeHead(500, { 'Content-Type': 'text/html' });
      incoming.pipe(response);
    });
    const answer = await post(transport(), url);
    assert.deepEqual([answer.status, answer.contentType, answer.body.toString()], [500, 'text/html', 'abc']);
    assert.equal(method, 'POST');
    assert.partialDeepStrictEqual(headers, {
      'content-length': '3',
      soapaction: '"ebXML"',
      'content-type': 'text/xml',
    });
    assert.deepEqual([headers.upgrade, headers['transfer-encoding']], [undefined, undefined]);
  });

  it('streams a body and closes it, whatever comes of it', async () => {
    const { port } = await openEndpoint();
    const url = `http://127.0.0.1:${port}/ebms`;
    const from = transport();
    const body = Readable.from([Buffer.alloc(100_000), Buffer.alloc(50_000)]);
    assert.equal((await post(from, url, body, 150_000)).body.toString(), '150000');
    assert.ok(body.destroyed);
    const unsent = Readable.from([Buffer.from('abc')]);
    await assert.rejects(post(from, 'http://127.0.0.1:1/ebms', unsent), fails('PEER_UNREACHABLE', /ECONNREFUSED/));
    assert.ok(unsent.destroyed);
  });

  it('a payload that cannot be read is our failure, not the partner’s', async () => {
    const url = await peer((incoming, response) => {
      incoming.on('error', () => undefined).resume();
      incoming.once('end', () => response.end());
    });
    const body = Readable.from(
      (async function* () {
        yield Buffer.from('a');
        throw new GatewayError('STORE_UNAVAILABLE', { detail: 'disk' });
      })(),
    );
    await assert.rejects(post(transport(), url, body), fails('STORE_UNAVAILABLE', /disk/));
  });

  it('keeps the connection for the next message', async () => {
    const ports = new Set<number | undefined>();
    const url = await peer((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      incoming.resume().once('end', () => response.writeHead(204).end());
    });
    const from = transport();
    for (let count = 0; count < 5; count += 1) assert.equal((await post(from, url)).status, 204);
    assert.ok(ports.size < 5, `${ports.size} connections`);
  });

  it('opens no more connections to one peer than it may', async () => {
    const ports = new Set<number | undefined>();
    const url = await peer((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      incoming.resume().once('end', () => response.end());
    });
    const from = transport({ limits: { maxConnectionsPerPeer: 2 } });
    await Promise.all(Array.from({ length: 20 }, () => post(from, url)));
    assert.ok(ports.size <= 2, `${ports.size} connections`);
  });

  it('follows no redirect and asks for no compression', async () => {
    const paths: (string | undefined)[] = [];
    const url = await peer((incoming, response) => {
      paths.push(incoming.url, incoming.headers['accept-encoding']);
      incoming.resume().once('end', () => response.writeHead(307, { Location: '/elsewhere' }).end());
    });
    assert.equal((await post(transport(), url)).status, 307);
    assert.deepEqual(paths, ['/ebms', undefined]);
  });

  it('an answer that is too long, compressed or no HTTP is PEER_ANSWER', async () => {
    const long = await peer((incoming, response) => {
      incoming.resume().once('end', () => response.end('x'.repeat(5_000)));
    });
    await assert.rejects(
      post(transport({ limits: { maxAnswerBytes: 4_999 } }), long),
      fails('PEER_ANSWER', /MAX_SIZE/),
    );
    assert.equal((await post(transport({ limits: { maxAnswerBytes: 5_000 } }), long)).body.length, 5_000);
    const packed = await peer((incoming, response) => {
      incoming.resume().once('end', () => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x'));
    });
    await assert.rejects(post(transport(), packed), fails('PEER_ANSWER', /gzip/));
    const port = await listening(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n')));
    await assert.rejects(post(transport(), `http://127.0.0.1:${port}/`), fails('PEER_ANSWER', /HTTP/));
  });

  it('§2.1 a package is handed over while it comes, to who takes it so, and whoever leaves it cuts the line', async () => {
    const headers = { 'Content-Type': 'Multipart/Related; boundary=x' };
    const closed = Promise.withResolvers<void>();
    const url = await peer((incoming, response) => {
      incoming.resume().once('end', () => response.writeHead(200, headers).write('first '));
      if (incoming.headers['x-rest'] === 'yes') setImmediate(() => response.end('x'.repeat(100_000)));
      else response.once('close', closed.resolve);
    });
    const from = transport({ limits: { maxAnswerBytes: 1000 } });
    const request = { url, contentLength: 3, body: Buffer.from('abc'), takesParts: true };
    const whole = await from.post({ ...request, headers: { 'X-Rest': 'yes' } });
    assert.deepEqual([whole.status, whole.contentType, whole.body.length], [200, headers['Content-Type'], 0]);
    assert.equal(Buffer.concat((await whole.parts?.toArray()) ?? []).length, 100_006);
    const left = await from.post({ ...request, headers: {} });
    left.parts?.destroy();
    await closed.promise;
    await assert.rejects(
      from.post({ ...request, headers: { 'X-Rest': 'yes' }, takesParts: false }),
      fails('PEER_ANSWER', /MAX_SIZE/),
    );
  });

  it('a peer that is silent or breaks off is PEER_UNREACHABLE, in time', async () => {
    const limits = { totalTimeoutMs: 50 };
    const silent = await peer((incoming) => incoming.resume());
    await assert.rejects(post(transport({ limits }), silent), fails('PEER_UNREACHABLE', /Timeout/));
    const halfway = await peer((incoming, response) => {
      incoming.resume().once('end', () => {
        response.writeHead(200, { 'Content-Length': 10 }).write('abc');
      });
    });
    await assert.rejects(post(transport({ limits }), halfway), fails('PEER_UNREACHABLE', /Timeout/));
    const broken = await peer((incoming) => incoming.socket.destroy());
    await assert.rejects(post(transport(), broken), fails('PEER_UNREACHABLE', /UND_ERR_SOCKET|ECONNRESET/));
  });

  it('goes to http:// on this machine only, unless allowed, and to nothing but HTTP [KVS §B-1]', async () => {
    for (const url of [
      'http://192.0.2.1/ebms',
      'http://localhost.example.nl/',
      'ftp://127.0.0.1/',
      'file:///etc/passwd',
      '',
    ]) {
      await assert.rejects(post(transport(), url), fails('PEER_UNREACHABLE', /not allowed|no https/), url);
    }
  });

  it('checks chain and host name of the peer, and shows its own certificate [ebMS2 §B.2.7-1, KVS §4.1.4.3-1, Digikoppeling TLS001, Digikoppeling TLS002]', async () => {
    const { ca, otherCa, server, client, elsewhere, expired } = await testTls();
    const open = async (identity: typeof server): Promise<string> => {
      const { port } = await openEndpoint({ tls: { ...identity, clientCa: ca.certificate } });
      return `https://localhost:${port}/ebms`;
    };
    const url = await open(server);
    const trust = [ca.certificate];
    assert.equal((await post(transport({ tls: client, trust }), url)).status, 200);
    for (const untrusting of [[], [otherCa.certificate]]) {
      await assert.rejects(
        post(transport({ tls: client, trust: untrusting }), url),
        fails('PEER_UNREACHABLE', /UNABLE_TO|SELF_SIGNED/),
      );
    }
    await assert.rejects(
      post(transport({ tls: client, trust }), await open(elsewhere)),
      fails('PEER_UNREACHABLE', /ALTNAME/),
    );
    await assert.rejects(
      post(transport({ tls: client, trust }), await open(expired)),
      fails('PEER_UNREACHABLE', /CERT_HAS_EXPIRED/),
    );
    await assert.rejects(
      post(transport({ trust }), url),
      fails('PEER_UNREACHABLE', /CERTIFICATE_REQUIRED|ECONNRESET|UND_ERR_SOCKET/i),
    );
  });

  it('refuses keys that cannot be used', async () => {
    const { server, client } = await testTls();
    const mixed = { key: server.key, certificate: client.certificate };
    assert.throws(() => createTransport({ tls: mixed }), fails('CONFIG_INVALID', /mismatch/));
  });
});
