import assert from 'node:assert/strict';
import { calm } from './calm.ts';
import { join } from 'node:path';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound } from '../../conformance/store/records.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('group commit of the SQLite store', () => {
  const folder = temporaryFolder();
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ url: `sqlite:${join(folder(), 'store.db')}` });
  });
  afterEach(() => store.close());

  const commits = async (work: () => Promise<unknown>): Promise<number> => {
    const before = (await store.stats()).commits;
    await work();
    return (await store.stats()).commits - before;
  };

  it('one after the other each has a commit of its own', async () => {
    const counted = await commits(async () => {
      for (let i = 0; i < 5; i++) await accept(store, inbound());
    });
    assert.equal(counted, 5);
  });

  it('what waits together shares a commit', async () => {
    const counted = await commits(() => Promise.all(Array.from({ length: 64 }, () => accept(store, inbound()))));
    assert.equal(counted, 1);
  });

  it('what arrives while the worker is busy goes together in the next commit', async () => {
    const counted = await commits(async () => {
      const first = accept(store, inbound());
      await calm();
      await Promise.all([first, ...Array.from({ length: 40 }, () => accept(store, inbound()))]);
    });
    assert.equal(counted, 2);
  });

  it('reading alone commits nothing', async () => {
    assert.equal(await commits(() => store.listEvents(0, 10)), 0);
  });

  it('very many at once are all stored, in a few commits', async () => {
    const counted = await commits(() => Promise.all(Array.from({ length: 1_000 }, () => accept(store, inbound()))));
    assert.equal(counted, 4);
    assert.deepEqual((await store.stats()).states, { RECEIVED: 1_000 });
  });

  it('more than can wait is refused at once, and what waited is stored', async () => {
    const all = await Promise.allSettled(Array.from({ length: 10_001 }, () => store.listEvents(0, 1)));
    const refused = all.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 1);
  });
});
