import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { GatewayError } from '../../../src/errors.ts';
import { createTransport } from '../../../src/transport/http-client.ts';
import { partyB } from '../../setup/test-keys.ts';
import { testTls } from '../../setup/test-tls.ts';

describe('a partner with a certificate of its own making', () => {
  it('is not trusted, without advice on how to run Node', async () => {
    const { ca } = await testTls();
    const server = createServer({ key: partyB.keyPem, cert: partyB.certificatePem }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const transport = createTransport({ trust: [ca.certificate] });
    const url = `https://127.0.0.1:${address.port}/`;
    try {
      const sent = transport.post({ url, headers: {}, contentLength: 1, body: Buffer.from('x') });
      await assert.rejects(sent, (error) => {
        assert.ok(error instanceof GatewayError && error.cause instanceof Error);
        // Or Node says it no more, and what cuts it can go.
        assert.match(error.cause.message, /try running Node/);
        assert.equal(error.detail, 'DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate');
        return true;
      });
    } finally {
      await transport.close();
      server.close();
    }
  });
});
