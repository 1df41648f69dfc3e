import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound } from '../../conformance/store/records.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('openStore', () => {
  const folder = temporaryFolder();
  const url = (): string => `sqlite:${join(folder(), 'data', 'store.db')}`;

  it('a URL that names no known store is CONFIG_INVALID and names the forms', async () => {
    for (const wrong of ['', 'sqlite', 'sqlite:', 'mysql://x', '/var/lib/store.db']) {
      await assert.rejects(openStore({ url: wrong }), refused('CONFIG_INVALID', /sqlite:/));
    }
  });

  it('makes folder and files that only their owner can read', async () => {
    const store = await openStore({ url: url() });
    await accept(store, inbound());
    for (const name of ['data', 'data/store.db', 'data/store.db-wal', 'data/store.db-lock']) {
      const { mode } = statSync(join(folder(), name));
      assert.equal(mode & 0o077, 0, name);
    }
    await store.close();
  });

  it('a store that is open already is refused in clear words, and opens after the first was closed', async () => {
    const first = await openStore({ url: url() });
    await assert.rejects(openStore({ url: url() }), refused('STORE_UNAVAILABLE', /in use by another process/));
    await first.close();
    await (await openStore({ url: url() })).close();
  });

  it('another process is refused too, and a killed one leaves no lock behind', async () => {
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'hold-store.ts'), url()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    await assert.rejects(openStore({ url: url() }), refused('STORE_UNAVAILABLE', /in use by another process/));
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await openStore({ url: url() })).close();
  });

  it('what is no database is refused and left alone', async () => {
    const path = join(folder(), 'store.db');
    writeFileSync(path, 'this is no database but a text that is long enough to be one'.repeat(20));
    const { size } = statSync(path);
    await assert.rejects(openStore({ url: `sqlite:${path}` }), refused('STORE_UNAVAILABLE', /not a database/));
    assert.equal(statSync(path).size, size);
  });

  it('a path that cannot be made is refused with the path', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    const path = join(file, 'store.db');
    await assert.rejects(
      openStore({ url: `sqlite:${path}` }),
      refused('STORE_UNAVAILABLE', /file\/store\.db cannot be/),
    );
  });
});

function refused(code: ErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && error.code === code && words.test(error.detail ?? '');
}
