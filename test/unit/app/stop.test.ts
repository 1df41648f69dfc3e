import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../../src/app/config/config.ts';
import { startGateway } from '../../../src/app/start.ts';
import { systemClock } from '../../../src/clock.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { openBackend } from '../../setup/wus-backend.ts';
import { wusKeys } from '../../setup/wus-keys.ts';
import { makeMessage, rawPost } from '../../setup/wus-partner.ts';

const WSDL = join(import.meta.dirname, '..', '..', '..', 'wsdl', 'echo_v1.wsdl');

describe('a gateway that is stopped while a backend is silent', () => {
  it('answers the partner with 0051 and closes the record before the store closes', async () => {
    const { promise: asked, resolve: backendAsked } = Promise.withResolvers<void>();
    const keys = await wusKeys();
    const folder = mkdtempSync(join(tmpdir(), 'postiljon-stop-'));
    const backend = await openBackend(() => {
      backendAsked();
      return undefined;
    });
    writeFileSync(join(folder, 'own.key'), keys.provider.key, { mode: 0o600 });
    writeFileSync(join(folder, 'own.crt'), keys.provider.certificate);
    writeFileSync(join(folder, 'ca.crt'), keys.ca.certificate);
    writeFileSync(
      join(folder, 'postiljon.yaml'),
      `name: gemeente
parties: ['urn:osb:oin:${keys.provider.oin}']
data: ${folder}/data
ebms: { host: 127.0.0.1, port: 0, tls: off }
api: { port: 0 }
keys: { sign: { key: ${folder}/own.key, certificate: ${folder}/own.crt }, trust: [${folder}/ca.crt] }
revocation: { mode: off }
stop: { graceSeconds: 0 }
wus: { services: [{ name: echo, role: provider, wsdl: ${WSDL}, profile: 2W-be-S, partners: ['${keys.consumer.oin}'], backend: { url: '${backend.url}' } }] }
`,
    );
    const lines: string[] = [];
    const log = pino({}, { write: (line) => void lines.push(line) });
    const gateway = await startGateway(readConfig(join(folder, 'postiljon.yaml'), {}), log);
    try {
      const { envelope } = await makeMessage({ party: keys.consumer, clock: systemClock });
      const sent = rawPost({ url: `${new URL(gateway.ebms).origin}/wus/echo`, body: envelope });
      await asked;
      await gateway.stop();
      const { fault } = await sent;
      assert.equal(fault?.faultstring.slice(0, 5), '0051 ');
      assert.doesNotMatch(lines.join(''), /could not be stored/);
      const store = await openStore({ url: `sqlite:${folder}/data/postiljon.db`, clock: systemClock });
      const { items } = await store.consultations.list({ limit: 10 });
      await store.close();
      assert.deepEqual(
        items.map(({ result, code }) => [result, code]),
        [['failed', 'BUSY']],
      );
    } finally {
      await gateway.stop();
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
