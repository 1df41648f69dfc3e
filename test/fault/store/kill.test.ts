import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../../../src/store/open-store.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';
import { temporaryFolder } from '../../unit/store/temporary-folder.ts';

const ACCEPT = join(import.meta.dirname, 'accept-for-ever.ts');
const ROUNDS = 6;

describe('a store that is killed', () => {
  const folder = temporaryFolder();
  const url = (): string => `sqlite:${join(folder(), 'store.db')}`;

  it('K1 K2 has every acknowledged message exactly once, whole, after kill -9 at random moments [ebMS2 §6.1-1]', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) acknowledged.push(...(await acceptUntilKilled(url())));
    assert.ok(acknowledged.length > ROUNDS, 'nothing was acknowledged before the kill');
    const store = await openStore({ url: url() });
    for (const messageId of acknowledged) {
      const found = await store.findMessage(messageId, 'in');
      assert.equal(found?.payloads[0]?.size, 3_000, messageId);
    }
    const { states } = await store.stats();
    const events = await store.listEvents(0, 1_000_000);
    const stored = states.RECEIVED ?? 0;
    assert.ok(stored >= acknowledged.length);
    assert.equal(events.length, stored, 'one event for each stored message');
    assert.equal(new Set(events.map(({ messageId }) => messageId)).size, stored);
    await store.close();
  });

  it('each commit is on disk before it is acknowledged: at least one fsync a commit', async function () {
    const strace = tool('strace');
    skipUnless(this, strace !== undefined, 'strace is not installed');
    if (strace === undefined) return;
    const report = join(folder(), 'strace.txt');
    const traced = ['-f', '-qq', '-o', report, '-e', 'trace=fsync,fdatasync', process.execPath, ACCEPT, url(), '200'];
    await promisify(execFile)(strace, traced);
    const syncs = (await readFile(report, 'utf8')).match(/(?:fsync|fdatasync)\(/g) ?? [];
    assert.ok(syncs.length >= 200 / 8, `${syncs.length} fsyncs for 200 messages, eight at a time`);
  });
});

/** Answers the ids that were acknowledged before the process died. */
async function acceptUntilKilled(url: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [ACCEPT, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const killAfter = 1 + Math.floor(Math.random() * 400);
  let printed = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  await once(child, 'close');
  // The last line may be cut short; it is no acknowledgment then.
  return printed.split('\n').slice(0, -1);
}
