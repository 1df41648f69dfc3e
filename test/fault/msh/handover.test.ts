import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTold, type ToldProcess } from '../../setup/told-process.ts';

const PROGRAM = fileURLToPath(new URL('./gateway-with-desk.ts', import.meta.url));
const ROUND_MS = 30_000;

describe('a gateway that is killed while it hands over', () => {
  let folder: string;
  let gateway: ToldProcess | undefined;
  const handed = (): readonly string[] => readFileSync(join(folder, 'desk'), 'utf8').trimEnd().split('\n');
  const start = async (): Promise<ToldProcess> => {
    gateway = await startTold(PROGRAM, folder, join(folder, 'desk'));
    return gateway;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-desk-'));
  });
  afterEach(() => {
    gateway?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('the message stays RECEIVED and is handed over again at once, under the same id, by the next process', async function () {
    this.timeout(ROUND_MS);
    const first = await start();
    assert.equal(await first.tell('accept'), 'accepted');
    await first.tell('got');
    assert.equal(await first.tell('state'), 'RECEIVED');
    first.kill('SIGKILL');
    const second = await start();
    await second.tell('got');
    assert.equal(await second.tell('state'), 'RECEIVED');
    assert.equal(await second.tell('audit'), 'found ');
    assert.equal(await second.tell('confirm'), 'TAKEN');
    assert.deepEqual(handed(), ['een@test 1', 'een@test 2']);
    second.kill('SIGKILL');
    const third = await start();
    assert.equal(await third.tell('state'), 'TAKEN');
    assert.equal(await third.tell('audit'), 'found ');
    await third.end();
    assert.equal(handed().length, 2);
  });
});
