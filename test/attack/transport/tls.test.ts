import assert from 'node:assert/strict';
import type { ConnectionOptions } from 'node:tls';
import { connect } from 'node:tls';
import { GatewayError } from '../../../src/errors.ts';
import { testTls } from '../../setup/test-tls.ts';
import {
  closeEndpoints,
  httpRequest,
  type OpenEndpoint,
  openEndpoint,
  RawPeer,
  statusOf,
} from '../../unit/transport/open-endpoint.ts';
import { tlsExchange } from '../../unit/transport/tls-peer.ts';

/** An endpoint that has just served an honest client. */
async function openProven(): Promise<OpenEndpoint> {
  const { ca, server } = await testTls();
  const open = await openEndpoint({ tls: { ...server, clientCa: ca.certificate } });
  assert.equal(statusOf((await tlsExchange(open.port)).answer), 200);
  return open;
}

async function assertNoRequest({ port, requests }: OpenEndpoint, options: ConnectionOptions): Promise<void> {
  const before = requests.length;
  await assert.rejects(tlsExchange(port, options), JSON.stringify(options.ciphers));
  assert.equal(requests.length, before);
}

describe('A72 hostile TLS', () => {
  afterEach(closeEndpoints);

  it('A72 TLS 1.0 and 1.1 are refused [Digikoppeling TLS003, Digikoppeling TLS004, Digikoppeling WT001]', async () => {
    const open = await openProven();
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      await assertNoRequest(open, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
    }
  });

  it('A72 cipher suites outside the list are refused [Digikoppeling TLSCIPH001, Digikoppeling TLS006, Digikoppeling WT003]', async () => {
    const open = await openProven();
    for (const ciphers of [
      'AES256-GCM-SHA384',
      'AES128-SHA',
      'ECDHE-RSA-AES256-SHA384',
      'ECDHE-RSA-AES128-SHA',
      'DHE-RSA-AES256-GCM-SHA384',
      'NULL-SHA256',
    ]) {
      await assertNoRequest(open, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` });
    }
  });

  it('A72 SHA-1 in a handshake signature is refused', async () => {
    const open = await openProven();
    await assertNoRequest(open, { maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA1', ciphers: 'DEFAULT@SECLEVEL=0' });
  });

  it('A72 no client certificate, one of another CA, an expired one and a self-made CA are refused, and reported [Digikoppeling TLS001, Digikoppeling TLS002, KVS §4.1.4.3-1, KVS §B.2.6-1]', async () => {
    const { stranger, expired, otherCa } = await testTls();
    const open = await openProven();
    for (const identity of [undefined, stranger, expired, otherCa]) {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const before = open.reports.length;
        await assertNoRequest(open, { key: identity?.key, cert: identity?.certificate, maxVersion });
        const report = open.reports[before];
        assert.ok(report instanceof GatewayError && report.code === 'TLS_CLIENT_CERTIFICATE', String(report));
      }
    }
  });

  it('A72 renegotiation is refused', async () => {
    const { port } = await openProven();
    const { ca, client } = await testTls();
    const identity = { key: client.key, cert: client.certificate, ca: ca.certificate };
    const socket = connect({ host: '127.0.0.1', port, ...identity, maxVersion: 'TLSv1.2' });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const outcome = await new Promise<Error | null>((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({ rejectUnauthorized: true }, resolve);
    });
    assert.ok(outcome instanceof Error);
    socket.destroy();
  });

  it('A72 a session of one endpoint is worth nothing at another', async () => {
    const first = await openProven();
    const second = await openProven();
    const { session } = await tlsExchange(first.port);
    assert.ok(session !== undefined);
    assert.equal((await tlsExchange(first.port, { session })).isResumed, true);
    assert.equal((await tlsExchange(second.port, { session })).isResumed, false);
  });

  it('A72 a session ends after five minutes: the certificate is looked at again [Digikoppeling WT008]', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { session } = await tlsExchange((await openProven()).port, { maxVersion });
      assert.equal(ticketLifetime(session ?? Buffer.alloc(0)), 300, maxVersion);
    }
  });

  it('A72 a session stays with the client that made it: the certificate handed in is that client’s', async () => {
    const { secondClient } = await testTls();
    const { port, requests } = await openProven();
    const { session } = await tlsExchange(port);
    assert.ok(session !== undefined);
    const other = { key: secondClient.key, cert: secondClient.certificate };
    await tlsExchange(port, { session, ...other });
    await tlsExchange(port, other);
    const certificates = requests.map((request) => Buffer.from(request.clientCertificate ?? []).toString('base64'));
    assert.equal(certificates[2], certificates[0]);
    assert.notEqual(certificates[3], certificates[0]);
  });

  it('A57 a client that offers HTTP/2 only gets no connection', async () => {
    await assertNoRequest(await openProven(), { ALPNProtocols: ['h2'] });
  });

  it('plain HTTP on the TLS port gets no answer of the gateway', async () => {
    const { port, requests } = await openProven();
    assert.doesNotMatch(await new RawPeer(port).send(httpRequest(['Content-Length: 0'])).untilClosed(), / 200 /);
    assert.equal(requests.length, 1);
  });
});

/** Seconds that the server said a session lives: [9] INTEGER within the SEQUENCE that OpenSSL keeps; Node puts words before it. */
function ticketLifetime(kept: Buffer): number | undefined {
  const session = kept.subarray(Math.max(0, kept.indexOf(Buffer.of(0x30, 0x82))));
  for (let at = contentAt(session, 0); at < session.length; at = contentAt(session, at) + lengthAt(session, at)) {
    if (session[at] !== 0xa9) continue;
    const integer = contentAt(session, at);
    return session.readUIntBE(contentAt(session, integer), lengthAt(session, integer));
  }
  return undefined;
}

function contentAt(der: Buffer, at: number): number {
  const length = der[at + 1] ?? 0;
  return at + 2 + (length > 0x80 ? length - 0x80 : 0);
}

function lengthAt(der: Buffer, at: number): number {
  const length = der[at + 1] ?? 0;
  return length > 0x80 ? der.readUIntBE(at + 2, length - 0x80) : length;
}
