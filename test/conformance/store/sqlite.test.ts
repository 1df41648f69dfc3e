import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { exerciseStore } from '../store.ts';

exerciseStore('SQLite on disk', async (clock) => {
  const folder = await mkdtemp(join(tmpdir(), 'postiljon-store-'));
  const url = `sqlite:${join(folder, 'store.db')}`;
  const opened: Store[] = [await openStore({ url, clock })];
  const [store] = opened;
  if (store === undefined) throw new Error('nothing was opened');
  return {
    store,
    async reopen() {
      await store.close();
      const again = await openStore({ url, clock });
      opened.push(again);
      return again;
    },
    async dispose() {
      await Promise.all(opened.map((each) => each.close()));
      await rm(folder, { recursive: true });
    },
  };
});

exerciseStore('SQLite in memory', async (clock) => {
  const store = await openStore({ url: 'sqlite::memory:', clock });
  return { store, reopen: undefined, dispose: () => store.close() };
});
