import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../../src/app/config/config.ts';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { startGateway } from '../../../src/app/start.ts';
import { systemClock } from '../../../src/clock.ts';
import { openBackend } from '../../setup/wus-backend.ts';
import { wusKeys } from '../../setup/wus-keys.ts';
import { echoAnswer } from '../../setup/wus-pair.ts';
import { makeMessage, rawPost } from '../../setup/wus-partner.ts';

const WSDL = join(import.meta.dirname, '..', '..', '..', 'wsdl', 'echo_v1.wsdl');
const QUIET = pino({ level: 'silent' });

describe('a configured service whose backend is a webhook', () => {
  it('answers with what the webhook answers, and the doctor looks whether it is there', async () => {
    const keys = await wusKeys();
    const folder = mkdtempSync(join(tmpdir(), 'postiljon-wus-webhook-'));
    const application = await openBackend(() => ({ contentType: 'application/xml', body: echoAnswer('terug') }));
    for (const [name, content] of [
      ['own.key', keys.provider.key],
      ['own.crt', keys.provider.certificate],
      ['ca.crt', keys.ca.certificate],
    ] as const)
      writeFileSync(join(folder, name), content, { mode: 0o600 });
    const file = join(folder, 'postiljon.yaml');
    writeFileSync(
      file,
      `name: dienst
parties: ['urn:osb:oin:${keys.provider.oin}']
data: data
ebms: { host: 127.0.0.1, port: 0, tls: { key: own.key, certificate: own.crt, clientCa: ca.crt } }
api: { port: 0 }
keys: { sign: { key: own.key, certificate: own.crt }, trust: [ca.crt] }
revocation: { mode: off }
adapters: { webhooks: [{ name: echo, url: '${application.url}', secret: ${'geheim'.repeat(6)}, handshake: false }] }
wus:
  services:
    - name: echo
      role: provider
      wsdl: ${WSDL}
      profile: 2W-be-S
      partners: ['${keys.consumer.oin}']
      backend: { destination: 'webhook:echo', format: xml }
`,
    );
    const gateway = await startGateway(readConfig(file, {}), QUIET);
    try {
      const { envelope: body } = await makeMessage({ party: keys.consumer, clock: systemClock });
      const url = new URL('/wus/echo', gateway.ebms).href.replace('127.0.0.1', 'localhost');
      const answer = await rawPost({ url, body, tls: { party: keys.consumer, ca: keys.ca.certificate } });
      assert.equal(answer.status, 200);
      assert.match(answer.body.toString(), />terug</);
      assert.equal(JSON.parse(String(application.calls[0]?.body)).type, 'nl.postiljon.wus.request');
      const services = await fetch(`${gateway.api}/api/v1/wus/services`);
      assert.match(await services.text(), /"backend":"webhook:echo"/);
      const found = await examine(file, {});
      const lines = found.filter(({ check }) => check === 'service echo').map(({ level, text }) => `${level} ${text}`);
      assert.ok(lines.includes(`ok webhook:echo, ${application.url}, can be reached`), lines.join('\n'));
    } finally {
      await gateway.stop();
      await application.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
