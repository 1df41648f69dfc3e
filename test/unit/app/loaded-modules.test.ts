import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as undici from 'undici';
import { Agent, buildConnector, errors } from '../../../src/transport/undici-parts.ts';

const SLOW_MS = 30_000;
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What a gateway loads before it looks at its configuration; and what of Node itself came along. */
const TELL = `
  import { registerHooks } from 'node:module';
  const urls = [];
  registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
  await import('./src/cli/commands/start.ts');
  await import('./src/app/start.ts');
  await import('./adapters/rest/rest-api.ts');
  console.log(JSON.stringify({ urls, builtin: process.moduleLoadList }));
`;

describe('what a gateway loads', () => {
  it('of packages, no more than each gateway needs; and not the fetch of Node', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', TELL], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    const { urls, builtin }: { urls: readonly string[]; builtin: readonly string[] } = JSON.parse(stdout);
    assert.ok(urls.some((url) => url.endsWith('/undici/lib/dispatcher/agent.js')));
    const needless = /\/node_modules\/(?:amqplib|rhea|jose|pkijs|prom-client|undici\/index\.js)|\/adapters\/(?!rest\/)/;
    assert.deepEqual(
      urls.filter((url) => needless.test(url)),
      [],
    );
    assert.deepEqual(
      builtin.filter((name) => name.endsWith('deps/undici/undici')),
      [],
    );
  }).timeout(SLOW_MS);

  it('of undici, the very parts that the package gives under its own name', () => {
    const { Agent: whole, buildConnector: connector, errors: all } = undici;
    assert.deepEqual([Agent, buildConnector, errors], [whole, connector, all]);
  });
});
