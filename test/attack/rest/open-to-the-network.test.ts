import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../../src/app/config/config.ts';
import { initialise } from '../../../src/app/init.ts';
import { startGateway } from '../../../src/app/start.ts';
import type { RunningGateway } from '../../../src/app/start.ts';

/** As docker-compose.yml sets it: on every address, published on loopback, without applications. */
const IN_A_CONTAINER = { POSTILJON_API_HOST: '0.0.0.0', POSTILJON_API_ALLOW_REMOTE: 'true' };

describe('an API that listens on more than loopback, without applications', function () {
  this.timeout(30_000);
  const root = mkdtempSync(join(tmpdir(), 'postiljon-open-'));
  let gateway: RunningGateway;
  before(async () => {
    const folder = join(root, 'a');
    const ports = { port: 8443, apiPort: 8080 };
    const pki = { testPki: true, ca: join(root, 'ca'), keyBits: 2048 };
    await initialise({ folder, oin: '00000099000000001000', name: 'a', ...ports, ...pki });
    const free = { POSTILJON_EBMS_PORT: '0', POSTILJON_API_PORT: '0', POSTILJON_EBMS_HOST: '127.0.0.1' };
    const environment = { ...free, ...IN_A_CONTAINER };
    gateway = await startGateway(readConfig(join(folder, 'postiljon.yaml'), environment), pino({ level: 'silent' }));
  });
  after(async () => {
    await gateway.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const ask = (host: string, path = '/api/v1/messages'): Promise<readonly [status: number, code: unknown]> =>
    new Promise((resolve, reject) => {
      const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
      const { port } = new URL(gateway.api);
      const outgoing = request({ hostname: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve([answer.statusCode ?? 0, codeOf(text)]));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  for (const host of [
    'elders.example:8081',
    'localhost.elders.example',
    '127.0.0.1.elders.example',
    '1.2.3.4.5',
    'gateway:8080',
  ])
    it(`a page of ${host} that points there is refused (DNS rebinding)`, async () => {
      assert.deepEqual(await ask(host), [403, 'ORIGIN_REFUSED']);
    });

  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', '172.18.0.2:8080', '[fd00::2]'])
    it(`${host} is served: nobody else can point it there`, async () => {
      assert.deepEqual(await ask(host), [200, undefined]);
      assert.deepEqual(await ask(host, '/health/live'), [200, undefined]);
    });
});

function codeOf(text: string): unknown {
  const problem: { readonly code?: unknown } = JSON.parse(text);
  return problem.code;
}
