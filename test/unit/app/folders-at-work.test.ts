import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../../src/app/config/config.ts';
import { initialise } from '../../../src/app/init.ts';
import { startGateway } from '../../../src/app/start.ts';

describe('a gateway with adapters.filesystem', function () {
  this.timeout(30_000);

  it('takes from the outboxes that its configuration names, and stops', async () => {
    const root = mkdtempSync(join(tmpdir(), 'postiljon-folders-'));
    try {
      const folder = join(root, 'a');
      const ports = { port: 8443, apiPort: 8080 };
      const pki = { testPki: true, ca: join(root, 'ca'), keyBits: 2048 };
      await initialise({ folder, oin: '00000099000000001000', name: 'a', ...ports, ...pki });
      const [inbox, outbox] = [join(root, 'in'), join(root, 'out')];
      mkdirSync(inbox);
      mkdirSync(outbox);
      const environment = {
        POSTILJON_EBMS_PORT: '0',
        POSTILJON_API_PORT: '0',
        POSTILJON_EBMS_HOST: '127.0.0.1',
        POSTILJON_ROUTES: JSON.stringify([{ destination: 'files:zaken' }]),
        POSTILJON_ADAPTERS_FILESYSTEM_FOLDERS: JSON.stringify([{ name: 'zaken', inbox, outbox, quietSeconds: 1 }]),
      };
      writeFileSync(join(outbox, 'a.json'), '{}');
      const { promise: refused, resolve } = Promise.withResolvers<void>();
      const log = pino({ level: 'warn' }, { write: (line) => (line.includes('is refused') ? resolve() : undefined) });
      const gateway = await startGateway(readConfig(join(folder, 'postiljon.yaml'), environment), log);
      try {
        await refused;
      } finally {
        await gateway.stop();
      }
      const [entry = ''] = readdirSync(join(outbox, 'refused'));
      assert.deepEqual(readdirSync(join(outbox, 'refused', entry)).sort(), ['a.json', 'a.json.reason.json']);
      assert.ok(readdirSync(inbox).includes('.postiljon'));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
