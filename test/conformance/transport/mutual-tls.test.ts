import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { createTransport } from '../../../src/transport/http-client.ts';
import { TLS_CIPHERS } from '../../../src/transport/tls-profile.ts';
import { testTls } from '../../setup/test-tls.ts';
import { closeEndpoints, type OpenEndpoint, openEndpoint, statusOf } from '../../unit/transport/open-endpoint.ts';
import { tlsExchange } from '../../unit/transport/tls-peer.ts';

async function openTls(): Promise<OpenEndpoint> {
  const { ca, server } = await testTls();
  return openEndpoint({ tls: { ...server, clientCa: [ca.certificate] } });
}

describe('Digikoppeling TLS: mutual TLS', () => {
  afterEach(closeEndpoints);

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`TLS004 speaks ${version}, with a cipher suite of the list, and hands on the client certificate as DER [Digikoppeling TLS004]`, async () => {
      const { client } = await testTls();
      const { port, requests } = await openTls();
      const { answer, protocol, cipher } = await tlsExchange(port, { minVersion: version, maxVersion: version });
      assert.equal(statusOf(answer), 200);
      assert.equal(protocol, version);
      assert.ok(
        TLS_CIPHERS.some((known) => known === cipher),
        cipher,
      );
      assert.deepEqual(Buffer.from(requests[0]?.clientCertificate ?? []), new X509Certificate(client.certificate).raw);
    });

    it(`resumes a session of ${version}, and still knows the client certificate`, async () => {
      const { client } = await testTls();
      const { port, requests } = await openTls();
      const range = { minVersion: version, maxVersion: version };
      const { session } = await tlsExchange(port, range);
      assert.ok(session !== undefined);
      const { isResumed } = await tlsExchange(port, { ...range, session });
      assert.equal(isResumed, true);
      assert.deepEqual(Buffer.from(requests[1]?.clientCertificate ?? []), new X509Certificate(client.certificate).raw);
    });
  }

  for (const cipher of TLS_CIPHERS.filter((name) => name.startsWith('ECDHE-RSA'))) {
    it(`TLSCIPH001 speaks ${cipher} [Digikoppeling TLSCIPH001]`, async () => {
      const { port } = await openTls();
      const { answer } = await tlsExchange(port, { maxVersion: 'TLSv1.2', ciphers: cipher });
      assert.equal(statusOf(answer), 200);
    });
  }

  it('the transport resumes its session with a peer that closes every connection', async () => {
    const { ca, server, client } = await testTls();
    const reused: boolean[] = [];
    const peer = createServer(
      { key: server.key, cert: server.certificate, ca: ca.certificate, requestCert: true },
      (incoming, response) => {
        incoming.resume().once('end', () => response.writeHead(204, { Connection: 'close' }).end());
      },
    );
    peer.on('secureConnection', (socket: TLSSocket) => reused.push(socket.isSessionReused()));
    const port = await new Promise<number>((resolve) => {
      peer.listen(0, '127.0.0.1', () => {
        const address = peer.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const transport = createTransport({ tls: client, trust: [ca.certificate] });
    const url = `https://localhost:${port}/ebms`;
    for (let count = 0; count < 3; count += 1) {
      await transport.post({ url, headers: {}, contentLength: 1, body: Buffer.from('x') });
    }
    await transport.close();
    await new Promise((resolve) => peer.close(resolve));
    assert.deepEqual(reused, [false, true, true]);
  });
});
