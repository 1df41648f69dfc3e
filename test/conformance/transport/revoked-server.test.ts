import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { GatewayError } from '../../../src/errors.ts';
import { createTransport } from '../../../src/transport/http-client.ts';
import { createTrust } from '../../../src/trust/trust-store.ts';
import { listOf, openRevocation } from '../../setup/revocation-lists.ts';
import { testTls } from '../../setup/test-tls.ts';

const isRefusedFor =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof GatewayError && error.code === 'PEER_UNREACHABLE' && error.detail?.startsWith(code) === true;

describe('the server certificate of a partner', () => {
  it('is looked up before anything is sent, and again when a list changes [Digikoppeling PKI003, Digikoppeling WT004]', async () => {
    const { ca, server } = await testTls();
    const now = Date.now();
    const lists = await openRevocation({ 'ca.crl': await listOf({ ca, now }) }, { roots: [ca.certificate] });
    lists.clock.advance(now - lists.clock.now());
    const { revocation, put } = lists;
    const trust = createTrust({ roots: [Buffer.from(ca.certificate)], revocation });
    let requests = 0;
    const peer = createServer(
      { key: server.key, cert: server.certificate, keepAliveTimeout: 60_000 },
      (request, response) => {
        requests += 1;
        request.resume();
        request.once('end', () => response.end('ok'));
      },
    );
    const sockets: TLSSocket[] = [];
    peer.on('secureConnection', (socket: TLSSocket) => sockets.push(socket));
    peer.listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const address = peer.address();
    const url = `https://localhost:${typeof address === 'object' ? address?.port : 0}/ebms`;
    const transport = createTransport({
      trust: [ca.certificate],
      limits: { idleTimeoutMs: 60_000 },
      judge: {
        checkPeer: (certificate) => trust.checkPeer(certificate),
        onChange: (listener) => revocation.onChange(listener),
      },
    });
    const post = (): Promise<{ status: number }> =>
      transport.post({ url, headers: {}, contentLength: 1, body: Buffer.from('x') });
    assert.equal((await post()).status, 200);
    assert.equal((await post()).status, 200);
    const open = sockets.filter((socket) => !socket.destroyed);
    assert.ok(open.length > 0, 'connections are kept');
    const cut = Promise.any(open.map((socket) => once(socket, 'close')));
    await put('ca.crl', await listOf({ ca, now, revoke: [server.certificate] }));
    await cut;
    await assert.rejects(post(), isRefusedFor('CERTIFICATE_REVOKED'));
    assert.equal(requests, 2);
    await put('ca.crl', await listOf({ ca, now: now - 3 * 86_400_000, days: 1 }));
    await assert.rejects(post(), isRefusedFor('REVOCATION_UNKNOWN'));
    await put('ca.crl', await listOf({ ca, now }));
    assert.equal((await post()).status, 200);

    await transport.close();
    peer.closeAllConnections();
    await new Promise((resolve) => peer.close(resolve));
    lists.close();
  });
});
