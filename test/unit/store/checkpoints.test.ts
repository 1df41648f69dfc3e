import assert from 'node:assert/strict';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound } from '../../conformance/store/records.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MIB = 1024 * 1024;

describe('checkpoints of the SQLite store', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'store.db');

  it('the log begins again at its start long before SQLite would see to it within a commit', async () => {
    const store = await openStore({ url: `sqlite:${path()}` });
    await accept(store, inbound());
    const before = restartsOf(path());
    await fillLog(store);
    while (restartsOf(path()) === before) await accept(store, inbound());
    assert.ok(statSync(`${path()}-wal`).size < 60 * MIB);
    await store.close();
  });
});

/** 20 MiB: more than the thread waits for. */
async function fillLog(store: Store): Promise<void> {
  for (let i = 0; i < 20; i++) await accept(store, inbound({ envelope: Buffer.alloc(MIB, i) }));
}

/** How often the log began again: the checkpoint sequence number in its header. */
function restartsOf(database: string): number {
  const header = Buffer.alloc(16);
  const file = openSync(`${database}-wal`, 'r');
  readSync(file, header);
  closeSync(file);
  return header.readUInt32BE(12);
}
