import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openStore } from '../../../src/store/open-store.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';
import { temporaryFolder } from '../../unit/store/temporary-folder.ts';

const PROGRAM = join(import.meta.dirname, 'accept-on-command.ts');

/** A file that may not grow any more fails in the same place as a full disk, and can be healed while the process runs. */
describe('K10 a disk that is full', () => {
  const folder = temporaryFolder();
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill());

  it('refuses with STORE_UNAVAILABLE, keeps what was acknowledged and goes on when there is room again', async function () {
    const prlimit = tool('prlimit');
    skipUnless(this, prlimit !== undefined, 'prlimit is not installed');
    if (prlimit === undefined) return;
    const url = `sqlite:${join(folder(), 'store.db')}`;
    const payloads = join(folder(), 'payloads');
    const running = spawn(process.execPath, [PROGRAM, url, payloads], { stdio: ['pipe', 'pipe', 'inherit'] });
    child = running;
    const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
    const tell = async (command: string): Promise<string> => {
      running.stdin.write(`${command}\n`);
      return String((await lines.next()).value);
    };
    const limit = (size: string): Buffer => execFileSync(prlimit, ['--pid', String(running.pid), `--fsize=${size}:`]);
    await lines.next();

    const outcomes = [await tell('accept')];
    limit('1000000');
    for (let i = 0; i < 20; i++) outcomes.push(await tell('accept'));
    assert.equal(outcomes.at(-1), 'refused STORE_UNAVAILABLE');
    assert.equal(await tell('payload'), 'refused STORE_UNAVAILABLE');
    assert.deepEqual(readdirSync(join(payloads, 'incoming')), []);
    limit('unlimited');
    outcomes.push(await tell('accept'));
    assert.match(outcomes.at(-1) ?? '', /^stored /);
    assert.match(await tell('payload'), /^stored [0-9a-f]{2}\//);
    running.stdin.end();
    await once(running, 'close');

    const store = await openStore({ url });
    const stored = outcomes.filter((outcome) => outcome.startsWith('stored ')).map((outcome) => outcome.slice(7));
    for (const messageId of stored) assert.equal((await store.findMessage(messageId))?.envelope.length, 100_000);
    assert.deepEqual((await store.stats()).states, { RECEIVED: stored.length });
    await store.close();
  });
});
