import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/app/config/config.ts';
import { createLog } from '../../../src/app/log.ts';
import { startGateway } from '../../../src/app/start.ts';
import type { RunningGateway } from '../../../src/app/start.ts';
import { GatewayError } from '../../../src/errors.ts';
import { openWebhookReceiver } from '../../setup/webhook-receiver.ts';
import { contract } from '../rest/rest-gateway.ts';

const SECRET = 'een geheim van meer dan 32 tekens';

const webhook = (url: string): string =>
  `adapters: { webhooks: [{ name: zaak, url: "${url}", secretFile: secret, events: [cpa.activated] }] }`;

const refused = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === 'CONFIG_INVALID' && error.location === 'adapters.webhooks';

describe('adapters that are configured', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-adapters-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (more: string): Promise<RunningGateway> => {
    const file = join(folder, 'postiljon.yaml');
    const least =
      "name: gemeente\nparties: ['00000099000000001000']\nrevocation: { mode: off }\n" +
      'ebms: { host: 127.0.0.1, port: 0, tls: off }\napi: { port: 0 }\n';
    writeFileSync(file, `${least}${more}\n`);
    return startGateway(readConfig(file), createLog({ level: 'silent', name: 'gemeente' }));
  };
  it('a webhook is asked whether it allows us, and told what happens, from the configuration alone', async () => {
    writeFileSync(join(folder, 'secret'), `${SECRET}\nnot this\n`);
    const receiver = await openWebhookReceiver();
    const gateway = await start(`${webhook(receiver.url)}\nroutes: [{ destination: 'webhook:zaak' }]`);
    try {
      const body = Buffer.from(contract(gateway.ebms));
      const headers = { 'Content-Type': 'application/xml' };
      const answer = await fetch(`${gateway.api}/api/v1/cpas?activate=true`, { method: 'POST', headers, body });
      assert.equal(answer.status, 201);
      const [post] = await receiver.until(1);
      assert.equal(JSON.parse(String(post?.body)).type, 'nl.postiljon.cpa.activated');
      assert.equal(receiver.asked.length, 1);
    } finally {
      await gateway.stop();
      await receiver.close();
    }
  });

  it('a secret that is short, or not there, stops the start', async () => {
    await assert.rejects(start(webhook('http://127.0.0.1:1/')), refused);
    writeFileSync(join(folder, 'secret'), 'short\n');
    await assert.rejects(start(webhook('http://127.0.0.1:1/')), refused);
  });
});
