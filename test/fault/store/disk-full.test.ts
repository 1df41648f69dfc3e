import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open-store.ts';
import { skipUnless } from '../../setup/skip.ts';
import { startTold, type ToldProcess } from '../../setup/told-process.ts';
import { tool } from '../../setup/tools.ts';
import { temporaryFolder } from '../../unit/store/temporary-folder.ts';

const PROGRAM = join(import.meta.dirname, 'accept-on-command.ts');

/** A file that may not grow any more fails in the same place as a full disk, and can be healed while the process runs. */
describe('K10 a disk that is full', () => {
  const folder = temporaryFolder();
  let running: ToldProcess | undefined;
  afterEach(() => running?.kill());

  it('refuses with STORE_UNAVAILABLE, keeps what was acknowledged and goes on when there is room again', async function () {
    const prlimit = tool('prlimit');
    skipUnless(this, prlimit !== undefined, 'prlimit is not installed');
    if (prlimit === undefined) return;
    const url = `sqlite:${join(folder(), 'store.db')}`;
    const payloads = join(folder(), 'payloads');
    const storing = await startTold(PROGRAM, url, payloads);
    running = storing;

    const outcomes = [await storing.tell('accept')];
    storing.limitFiles(prlimit, 1_000_000);
    for (let i = 0; i < 20; i++) outcomes.push(await storing.tell('accept'));
    assert.equal(outcomes.at(-1), 'refused STORE_UNAVAILABLE');
    assert.equal(await storing.tell('payload'), 'refused STORE_UNAVAILABLE');
    assert.deepEqual(readdirSync(join(payloads, 'incoming')), []);
    storing.limitFiles(prlimit, 'unlimited');
    outcomes.push(await storing.tell('accept'));
    assert.match(outcomes.at(-1) ?? '', /^stored /);
    assert.match(await storing.tell('payload'), /^stored [0-9a-f]{2}\//);
    await storing.end();

    const store = await openStore({ url });
    const stored = outcomes.filter((outcome) => outcome.startsWith('stored ')).map((outcome) => outcome.slice(7));
    for (const messageId of stored) assert.equal((await store.findMessage(messageId))?.envelope.length, 100_000);
    assert.deepEqual((await store.stats()).states, { RECEIVED: stored.length });
    await store.close();
  });
});
