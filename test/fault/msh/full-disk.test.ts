import assert from 'node:assert/strict';
import { join } from 'node:path';
import { skipUnless } from '../../setup/skip.ts';
import { startTold, type ToldProcess } from '../../setup/told-process.ts';
import { tool } from '../../setup/tools.ts';
import { temporaryFolder } from '../../unit/store/temporary-folder.ts';

const PROGRAM = join(import.meta.dirname, 'gateway-on-command.ts');
const prlimit = tool('prlimit') ?? '';

/** Files that may not grow any more are the full disk: reading goes on. */
describe('K10 a gateway whose disk is full', () => {
  const folder = temporaryFolder();
  let running: ToldProcess | undefined;
  before(function () {
    skipUnless(this, prlimit !== '', 'prlimit is not installed');
  });
  afterEach(() => running?.kill());

  const start = async (): Promise<ToldProcess> => {
    running = await startTold(PROGRAM, folder());
    return running;
  };

  it('is not ready from the first write that fails, reads on, and is ready again by itself once there is room', async () => {
    const gateway = await start();
    assert.equal(await gateway.tell('ready'), 'ready');
    gateway.limitFiles(prlimit, 1);
    for (const expected of ['refused STORE_UNAVAILABLE', 'refused STORE_UNAVAILABLE'])
      assert.equal(await gateway.tell('submit'), expected);
    assert.deepEqual([await gateway.tell('ready'), await gateway.tell('ready')], Array(2).fill('not ready: store'));
    assert.equal(await gateway.tell('count'), '0');
    assert.equal(await gateway.tell('logged'), '1');
    gateway.limitFiles(prlimit, 'unlimited');
    assert.equal(await gateway.tell('ready'), 'ready');
    assert.equal(await gateway.tell('submit'), 'stored');
    assert.equal(await gateway.tell('count'), '1');
    await gateway.end();
  });

  it('says so in the log again when it happens again', async () => {
    const gateway = await start();
    for (const times of ['1', '2']) {
      gateway.limitFiles(prlimit, 1);
      assert.equal(await gateway.tell('submit'), 'refused STORE_UNAVAILABLE');
      assert.equal(await gateway.tell('logged'), times);
      gateway.limitFiles(prlimit, 'unlimited');
      assert.equal(await gateway.tell('submit'), 'stored');
      assert.equal(await gateway.tell('ready'), 'ready');
    }
    await gateway.end();
  });
});
