import assert from 'node:assert/strict';
import { once } from 'node:events';
import { GatewayError } from '../../../src/errors.ts';
import { pumpBody } from '../../../src/mime/pump-body.ts';
import { createEndpoint } from '../../../src/transport/https-server.ts';
import { testTls } from '../../setup/test-tls.ts';
import { closeEndpoints, openEndpoint, httpRequest, RawPeer, statusOf, textAnswer } from './open-endpoint.ts';

const isConfigInvalid = (error: unknown): boolean => error instanceof GatewayError && error.code === 'CONFIG_INVALID';
const routes = [{ path: '/ebms', receive: async () => textAnswer('') }];
const POST = httpRequest(['Content-Length: 3'], 'abc');

describe('ebMS2 §B.2 the endpoint', () => {
  afterEach(closeEndpoints);

  it('hands a request in with its headers and body, and writes the answer with its length', async () => {
    const { port, requests } = await openEndpoint();
    const answer = await new RawPeer(port)
      .send(httpRequest(['SOAPAction: "ebXML"', 'Content-Length: 3'], 'abc'))
      .until('\r\n\r\n3');
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /\r\nContent-Length: 1\r\n/);
    const [seen] = requests;
    assert.equal(seen?.method, 'POST');
    assert.equal(seen?.path, '/ebms');
    assert.equal(seen?.headers['soapaction'], '"ebXML"');
    assert.equal(seen?.remote, '127.0.0.1');
    assert.equal(seen?.clientCertificate, undefined);
  });

  it('keeps the connection for the next request, also after one that it refused [Digikoppeling WT007]', async () => {
    const { port } = await openEndpoint();
    const peer = new RawPeer(port);
    assert.equal(statusOf(await peer.send(httpRequest([], '', 'GET')).until('\r\n\r\n')), 405);
    const answer = await peer.send(`${POST}${POST}`).until('\r\n\r\n3HTTP');
    assert.match(answer, /Allow: POST/);
    peer.socket.destroy();
  });

  it('answers 204 without a length or a body', async () => {
    const { port } = await openEndpoint({}, async () => ({ status: 204, headers: {}, body: undefined }));
    const answer = await new RawPeer(port).send(httpRequest(['Content-Length: 0', 'Connection: close'])).untilClosed();
    assert.equal(statusOf(answer), 204);
    assert.doesNotMatch(answer, /content-length|transfer-encoding/i);
    assert.ok(answer.endsWith('\r\n\r\n'));
  });

  it('answers an empty 500 when receive throws, and reports why', async () => {
    const { port, reports } = await openEndpoint({}, () => Promise.reject(new Error('secret detail')));
    const answer = await new RawPeer(port).send(POST).untilClosed();
    assert.equal(statusOf(answer), 500);
    assert.doesNotMatch(answer, /secret| at /);
    assert.match(answer, /\r\nContent-Length: 0\r\n/);
    assert.match(String(reports[0]), /secret detail/);
  });

  it('sends the answer to a body that was left in the middle, then closes', async () => {
    const { port } = await openEndpoint({}, async ({ body }) => {
      await pumpBody(body, Number.POSITIVE_INFINITY, { consume: () => undefined, isEnough: () => true });
      return textAnswer('enough');
    });
    const peer = new RawPeer(port).send(httpRequest(['Content-Length: 100000'], 'x'.repeat(1000)));
    const answer = await peer.until('enough');
    assert.match(answer, /\r\nConnection: close\r\n/);
    peer.send('x'.repeat(99_000));
    await peer.untilClosed();
  });

  it('RFC 9110 §10.1.1 says 100 only when the headers pass', async () => {
    const { port } = await openEndpoint({ limits: { maxBodyBytes: 10 } });
    const good = new RawPeer(port).send(httpRequest(['Expect: 100-continue', 'Content-Length: 3']));
    await good.until('HTTP/1.1 100 Continue\r\n\r\n');
    assert.match(await good.send('abc').until('\r\n\r\n3'), /HTTP\/1\.1 200/);
    good.socket.destroy();
    const large = new RawPeer(port).send(httpRequest(['Expect: 100-continue', 'Content-Length: 11']));
    assert.equal(statusOf(await large.until('\r\n\r\n')), 413);
    large.socket.destroy();
    assert.equal(
      statusOf(await new RawPeer(port).send(httpRequest(['Expect: wonders', 'Content-Length: 3'])).until('\r\n\r\n')),
      417,
    );
  });

  it('RFC 9110 §7.8 ignores the offer of HTTP/2 that Java makes, also with a chunked body', async () => {
    const { port } = await openEndpoint();
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAA'];
    const plain = new RawPeer(port).send(httpRequest([...offer, 'Content-Length: 3'], 'abc'));
    assert.equal(statusOf(await plain.until('\r\n\r\n3')), 200);
    const chunked = new RawPeer(port).send(
      httpRequest([...offer, 'Transfer-encoding: chunked'], '3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n'),
    );
    const answer = await chunked.until('\r\n\r\n7');
    assert.equal(statusOf(answer), 200);
    assert.doesNotMatch(answer, /upgrade/i);
    plain.socket.destroy();
    chunked.socket.destroy();
  });

  it('refuses plain HTTP beyond loopback unless it is allowed [KVS §B-1]', async () => {
    const options = { host: '0.0.0.0', port: 0, routes, tls: 'off' } as const;
    assert.throws(() => createEndpoint(options), isConfigInvalid);
    createEndpoint({ ...options, allowPlain: true });
  });

  it('refuses keys that cannot be used, and an empty list of client CAs, which would mean every public one', async () => {
    const { server, client, ca } = await testTls();
    const options = { host: '127.0.0.1', port: 0, routes };
    for (const tls of [
      { ...server, clientCa: [] },
      { ...server, clientCa: '' },
      { ...server, clientCa: ca.certificate, key: client.key },
      { ...server, clientCa: ca.certificate, certificate: 'no PEM' },
    ]) {
      assert.throws(() => createEndpoint({ ...options, tls }), isConfigInvalid);
    }
  });

  it('rejects PORT_TAKEN when the port is taken, and says it once', async () => {
    const { port } = await openEndpoint();
    const reports: unknown[] = [];
    const again = openEndpoint({ port, report: (error) => reports.push(error) });
    await assert.rejects(again, (error) => error instanceof GatewayError && error.code === 'PORT_TAKEN');
    assert.deepEqual(reports, []);
  });

  it('rejects CONFIG_INVALID for an address that this machine has not', async () => {
    await assert.rejects(openEndpoint({ host: '192.0.2.1', allowPlain: true }), isConfigInvalid);
  });

  it('closing lets a running request end, and ends idle and half-open connections at once', async () => {
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const { endpoint, port } = await openEndpoint({}, async () => {
      entered.resolve();
      await gate.promise;
      return textAnswer('done');
    });
    const running = new RawPeer(port).send(httpRequest(['Content-Length: 0']));
    const silent = new RawPeer(port);
    const halfway = new RawPeer(port).send('POST /ebms HTTP/1.1\r\nHost:');
    await Promise.all([once(silent.socket, 'connect'), once(halfway.socket, 'connect'), entered.promise]);
    const closed = endpoint.close();
    assert.equal(await silent.untilClosed(), '');
    assert.equal(await halfway.untilClosed(), '');
    gate.resolve();
    const answer = await running.untilClosed();
    await closed;
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /\r\nConnection: close\r\n/);
    assert.ok(answer.endsWith('done'));
    const late = new RawPeer(port);
    assert.equal(await late.untilClosed(), '');
  });

  it('closing cuts what is still running after the grace time', async () => {
    const entered = Promise.withResolvers<void>();
    const { endpoint, port } = await openEndpoint({ limits: { closeGraceMs: 30 } }, () => {
      entered.resolve();
      return new Promise(() => undefined);
    });
    const stuck = new RawPeer(port).send(httpRequest(['Content-Length: 0']));
    await entered.promise;
    await endpoint.close();
    assert.equal(await stuck.untilClosed(), '');
  });
});
