import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { once } from 'node:events';
import { GatewayError } from '../../../src/errors.ts';
import type { Crowd } from '../../../src/transport/crowd-report.ts';
import type { EndpointOptions } from '../../../src/transport/https-server.ts';
import {
  closeEndpoints,
  gather,
  httpRequest,
  openEndpoint,
  RawPeer,
  statusOf,
  textAnswer,
} from '../../unit/transport/open-endpoint.ts';

const HONEST = httpRequest(['Content-Length: 3'], 'abc');

/** An endpoint that has just served an honest request; `requests` counts that one too. */
async function openProven(options: Partial<EndpointOptions> = {}): ReturnType<typeof openEndpoint> {
  const open = await openEndpoint(options);
  const peer = new RawPeer(open.port).send(HONEST);
  assert.equal(statusOf(await peer.until('\r\n\r\n3')), 200);
  peer.socket.destroy();
  return open;
}

describe('hostile HTTP', () => {
  afterEach(closeEndpoints);

  it('A51 a request whose length can be read in two ways gets 400, and the connection is closed', async () => {
    const { port, requests } = await openProven();
    for (const headers of [
      ['Content-Length: 3', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Content-Length: 3'],
      ['Content-Length: 3', 'Content-Length: 4'],
      ['Content-Length: 3, 4'],
      ['Content-Length: +3'],
      ['Content-Length: -3'],
      ['Content-Length: 0x3'],
      ['Content-Length : 3'],
      ['Content-Length: 99999999999999999999999999'],
      ['Transfer-Encoding: chunked, chunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      ['Transfer-Encoding: xchunked'],
      ['Transfer-Encoding : chunked'],
      ['X: y\r\n folded: Content-Length: 3\nContent-Length: 3'],
      ['X: y\nTransfer-Encoding: chunked'],
      ['X\0: y', 'Content-Length: 3'],
    ]) {
      const answer = await new RawPeer(port).send(httpRequest(headers, `3\r\nabc\r\n0\r\n\r\n${HONEST}`)).untilClosed();
      assert.equal(statusOf(answer), 400, `${headers.join(' | ')}: ${answer}`);
      assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1, headers.join(' | '));
    }
    assert.equal(requests.length, 1);
  });

  it('A51 a body with broken chunks, or less of it than was said, is no body', async () => {
    const { port, requests, reports } = await openProven();
    for (const chunks of [
      'ffffffffffffffffff\r\nabc',
      '3\nabc\n0\n\n',
      '-3\r\nabc',
      '3\r\nabcd\r\n0\r\n\r\n',
      'x\r\n',
    ]) {
      const peer = new RawPeer(port).send(httpRequest(['Transfer-Encoding: chunked'], chunks));
      const answer = await peer.untilClosed();
      assert.ok(!answer.includes(' 200 '), `${JSON.stringify(chunks)}: ${answer}`);
    }
    const short = new RawPeer(port).send(httpRequest(['Content-Length: 10'], 'abc'));
    short.socket.end();
    assert.ok(!(await short.untilClosed()).includes(' 200 '));
    for (const error of reports) assert.ok(error instanceof GatewayError && error.code === 'HTTP_MALFORMED');
    assert.equal(reports.length, requests.length - 1);
  });

  it('A51 no Host, two Hosts, two Content-Types or another version is refused', async () => {
    const { port } = await openProven();
    for (const head of [
      'POST /ebms HTTP/1.1\r\n\r\n',
      'POST /ebms HTTP/9.9\r\nHost: x\r\n\r\n',
      'POST /ebms HTTP/2.0\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
      'nonsense\r\n\r\n',
      httpRequest(['Host: y', 'Content-Length: 0']),
      httpRequest(['Content-Type: text/xml', 'content-type: text/html', 'Content-Length: 0']),
    ]) {
      assert.match(await new RawPeer(port).send(head).untilClosed(), /^HTTP\/1\.1 (?:400|505)/, head);
    }
  });

  it('A52 a compressed body is refused from its header, and never unpacked', async () => {
    const { port, requests } = await openProven();
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    for (const encoding of ['gzip', 'GZIP', 'deflate', 'br', 'gzip, gzip']) {
      const peer = new RawPeer(port)
        .send(httpRequest([`Content-Encoding: ${encoding}`, `Content-Length: ${bomb.length}`]))
        .send(bomb);
      assert.equal(statusOf(await peer.untilClosed()), 415);
    }
    assert.equal(requests.length, 1);
  });

  it('A53 slow headers and silence are ended in time', async () => {
    const { port } = await openProven({ limits: { headersTimeoutMs: 60 } });
    const slow = new RawPeer(port).send('POST /ebms HTTP/1.1\r\nHost: x\r\nX-A: ');
    const silent = new RawPeer(port);
    assert.equal(statusOf(await slow.untilClosed()), 408);
    assert.match(await silent.untilClosed(), /^$|^HTTP\/1\.1 408/);
  });

  it('A53 a slow body and an endless chunked one are ended, by time and by size', async () => {
    const slowly = await openProven({ limits: { headersTimeoutMs: 60, requestTimeoutMs: 60 } });
    const slow = new RawPeer(slowly.port).send(httpRequest(['Content-Length: 10'], 'abc'));
    assert.ok(!(await slow.untilClosed()).includes(' 200 '));
    const endlessly = await openEndpoint({ limits: { maxBodyBytes: 1_000 } });
    const endless = new RawPeer(endlessly.port).send(httpRequest(['Transfer-Encoding: chunked']));
    for (let count = 0; count < 2_000; count += 1) endless.send(`64\r\n${'x'.repeat(100)}\r\n`);
    await endless.untilClosed();
    const [error] = endlessly.reports;
    assert.ok(error instanceof GatewayError && error.code === 'HTTP_TOO_LARGE');
  });

  it('A53 one address gets so many connections at work and no more, and gets them back', async () => {
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const both = Promise.withResolvers<void>();
    const told: Crowd[] = [];
    const limits = { maxConnectionsPerAddress: 2 };
    let count = 0;
    const { port } = await openEndpoint({ limits, crowded: (crowd) => told.push(crowd) }, async () => {
      const mine = asked[count++]?.promise;
      if (count === 2) both.resolve();
      await mine;
      return textAnswer('3');
    });
    const working = [new RawPeer(port).send(HONEST), new RawPeer(port).send(HONEST)];
    await both.promise;
    assert.equal(await new RawPeer(port).send(HONEST).untilClosed(), '');
    assert.equal(await new RawPeer(port).send(HONEST).untilClosed(), '');
    assert.deepEqual(told, [
      { remote: '127.0.0.1', cutIdle: 0, cutSlow: 0, refused: 1, full: 0, connections: 2000, connectionsPerAddress: 2 },
    ]);
    for (const { resolve } of asked) resolve();
    await Promise.all(working.map((peer) => peer.until('\r\n\r\n3')));
    await new RawPeer(port).send(HONEST).until('\r\n\r\n3');
  });

  it('A53 an address that holds all its connections without a request is still heard: the oldest of them is cut', async () => {
    const { port } = await openProven({ limits: { maxConnectionsPerAddress: 3 } });
    const silent = new RawPeer(port);
    await once(silent.socket, 'connect');
    const halfway = new RawPeer(port).send('POST /ebms HTTP/1.1\r\nHost: x\r\nX-A: ');
    await once(halfway.socket, 'connect');
    const idle = new RawPeer(port).send(HONEST);
    await idle.until('\r\n\r\n3');
    const next = new RawPeer(port).send(HONEST);
    await next.until('\r\n\r\n3');
    assert.equal(await silent.untilClosed(), '');
    await new RawPeer(port).send(HONEST).until('\r\n\r\n3');
    assert.equal(await halfway.untilClosed(), '');
    assert.equal(idle.socket.destroyed, false);
    assert.equal(next.socket.destroyed, false);
  });

  it('A54 a body of 5 GB is refused from its header; no more than 64 KiB of it is read', async () => {
    const { port, requests } = await openProven({ limits: { maxBodyBytes: 1_000_000 } });
    const peer = new RawPeer(port).send(httpRequest(['Content-Length: 5000000000']));
    const answer = await peer.until('\r\n\r\n');
    assert.equal(statusOf(answer), 413);
    assert.match(answer, /\r\nConnection: close\r\n/);
    let sent = 0;
    while (!peer.socket.destroyed) {
      sent += 65_536;
      await new Promise((resolve) => peer.socket.write(Buffer.alloc(65_536), resolve));
    }
    assert.ok(sent < 50_000_000, `${sent} octets went out`);
    assert.equal(requests.length, 1);
  });

  it('A54 a refused request with a small body still sees its answer', async () => {
    const { port } = await openProven();
    const peer = new RawPeer(port).send(httpRequest(['Content-Length: 60000'], 'x'.repeat(60_000), 'PUT'));
    assert.equal(statusOf(await peer.untilClosed()), 405);
  });

  it('A54 too many or too long headers are refused', async () => {
    const { port, requests } = await openProven({ limits: { maxHeaderBytes: 4_096 } });
    const long = new RawPeer(port).send(httpRequest([`X: ${'y'.repeat(5_000)}`, 'Content-Length: 0']));
    assert.equal(statusOf(await long.untilClosed()), 431);
    const many = new RawPeer(port).send(
      httpRequest([...Array.from({ length: 900 }, (_, at) => `X${at}: y`), 'Content-Length: 0']),
    );
    assert.equal(statusOf(await many.untilClosed()), 431);
    assert.equal(requests.length, 1);
  });

  it('A57 HTTP/2 is not spoken: its preface gets 400', async () => {
    const { port, requests } = await openProven();
    const answer = await new RawPeer(port).send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').untilClosed();
    assert.match(answer, /^HTTP\/1\.1 [45]\d\d/);
    assert.equal(requests.length, 1);
  });

  it('CONNECT and a WebSocket come to nothing', async () => {
    const { port, requests } = await openProven();
    await new RawPeer(port).send('CONNECT example.nl:443 HTTP/1.1\r\nHost: example.nl\r\n\r\n').untilClosed();
    const socket = new RawPeer(port).send(httpRequest(['Connection: Upgrade, close', 'Upgrade: websocket'], '', 'GET'));
    assert.equal(statusOf(await socket.untilClosed()), 405);
    assert.equal(requests.length, 1);
  });

  it('a peer that goes away while its request runs disturbs nobody', async () => {
    const entered = Promise.withResolvers<void>();
    const { port, requests, reports } = await openEndpoint({}, async ({ body }) => {
      entered.resolve();
      return { status: 200, headers: {}, body: await gather(body) };
    });
    const gone = new RawPeer(port).send(httpRequest(['Content-Length: 10'], 'abc'));
    await entered.promise;
    gone.socket.destroy();
    await new RawPeer(port).send(HONEST).until('\r\n\r\nabc');
    assert.equal(requests.length, 2);
    assert.ok(reports.every((report) => report instanceof GatewayError && report.code === 'HTTP_MALFORMED'));
  });
});
