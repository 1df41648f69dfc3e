import assert from 'node:assert/strict';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import { openStore, openStoreReader } from '../../../src/store/open-store.ts';
import { Database } from '../../../src/store/sqlite/database.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { insertMessage } from '../../../src/store/sqlite/operations/message-rows.ts';
import { ReadLink } from '../../../src/store/sqlite/read-link.ts';
import { accept, inbound } from '../../conformance/store/records.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const WORKER = new URL('../../../src/store/sqlite/store-worker.ts', import.meta.url);
const MANY = 20_000;

describe('the reading thread of the SQLite store', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'store.db');

  it('K20 a slow search delays no message: what is accepted meanwhile is answered first', async () => {
    const db = new Database(path());
    migrate(db);
    db.transaction(() => {
      for (let i = 0; i < MANY; i++)
        insertMessage(db, inbound({ messageId: `${i}@x` }), { direction: 'in', state: 'RECEIVED', terms: {} });
    });
    db.close();
    const store = await openStore({ url: `sqlite:${path()}` });
    const order: string[] = [];
    const searches = Array.from({ length: 20 }, () => store.listMessages({ q: 'nowhere', limit: 1 }));
    const all = Promise.all(searches).then(() => order.push('searches'));
    await accept(store, inbound()).then(() => order.push('accepted'));
    await all;
    await store.close();
    assert.deepEqual(order, ['accepted', 'searches']);
  });

  it('is started by the first question, and goes when nobody asks for a while', async () => {
    const clock = new ManualClock();
    const store = await openStore({ url: `sqlite:${path()}`, clock });
    const link = new ReadLink({ worker: WORKER, settings: { path: path() }, clock });
    assert.equal(link.running, false);
    await link.call('listMessages', { limit: 1 });
    assert.equal(link.running, true);
    clock.advance(20_000);
    await link.call('listMessages', { limit: 1 });
    clock.advance(20_000);
    assert.equal(link.running, true, 'a question keeps it');
    clock.advance(10_000);
    assert.equal(link.running, false);
    assert.deepEqual((await link.call('listMessages', { limit: 1 })).items, []);
    await link.close();
    await store.close();
  });

  it('sees what is stored as soon as that has answered', async () => {
    const store = await openStore({ url: `sqlite:${path()}` });
    for (let i = 0; i < 20; i++) {
      await accept(store, inbound({ messageId: `${i}@x` }));
      assert.equal((await store.listMessages({ limit: 1 })).items[0]?.messageId, `${i}@x`);
    }
    await store.close();
    await assert.rejects(store.listMessages({ limit: 1 }), isUnavailable);
  });

  it('changes nothing: its connection is read-only', async () => {
    const store = await openStore({ url: `sqlite:${path()}` });
    const db = new Database(path(), { readOnly: true });
    assert.throws(() => db.run("UPDATE meta SET value = 'x'"), /readonly/);
    db.close();
    await store.close();
  });

  it('who only reads needs no gateway, and a gateway that runs is not in its way', async () => {
    const url = `sqlite:${path()}`;
    const store = await openStore({ url });
    await accept(store, inbound());
    const beside = openStoreReader({ url });
    assert.deepEqual((await beside.auditTotals({ damage: true })).counted, { RECEIVED: 1 });
    await beside.close();
    await store.close();
    const alone = openStoreReader({ url });
    assert.deepEqual((await alone.auditTotals({ damage: true })).counted, { RECEIVED: 1 });
    await alone.close();
    const again = await openStore({ url });
    await again.close();
  });

  it('a file that is not there, or of an older schema, is STORE_UNAVAILABLE and is not made', async () => {
    const reader = openStoreReader({ url: `sqlite:${path()}` });
    await assert.rejects(reader.listCpas(), isUnavailable);
    const db = new Database(path());
    migrate(db, 1);
    db.close();
    await assert.rejects(reader.listCpas(), isUnavailable);
    await reader.close();
  });
});

function isUnavailable(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'STORE_UNAVAILABLE';
}
