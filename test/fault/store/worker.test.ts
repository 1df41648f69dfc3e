import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { WorkerLink } from '../../../src/store/sqlite/worker-link.ts';
import { accept, event, inbound, T0 } from '../../conformance/store/records.ts';
import { calm } from '../../unit/store/calm.ts';
import { temporaryFolder } from '../../unit/store/temporary-folder.ts';

describe('a store whose thread or database fails', () => {
  const folder = temporaryFolder();
  const worker = new URL('./dying-worker.ts', import.meta.url);

  it('a thread that dies refuses what it had in hand; what waited, and what was stored, is there on the next one', async () => {
    const link = new WorkerLink({ worker, settings: { path: join(folder(), 'store.db') }, restartable: true });
    await link.open();
    const stored = note(link);
    await stored;
    const lost = link.call('takeInbound', () => ({ messageId: 'die', now: T0 }));
    await calm();
    const waited = note(link);
    await assert.rejects(lost, unavailable(/told to die/));
    await waited;
    assert.equal((await link.call('listEvents', () => ({ after: 0, limit: 10 }))).length, 2);
    await link.close();
  });

  it('a database in memory that died with its thread is unavailable for good', async () => {
    const link = new WorkerLink({ worker, settings: { path: ':memory:' }, restartable: false });
    await link.open();
    await assert.rejects(
      link.call('takeInbound', () => ({ messageId: 'die', now: T0 })),
      unavailable(/told to die/),
    );
    await assert.rejects(note(link), unavailable(/lost/));
    await link.close();
  });

  it('while the thread cannot open the database everything is refused, and it is tried again', async () => {
    const path = join(folder(), 'store.db');
    const link = new WorkerLink({ worker, settings: { path }, restartable: true });
    await link.open();
    await assert.rejects(
      link.call('takeInbound', () => ({ messageId: 'die', now: T0 })),
      unavailable(/told to die/),
    );
    const holder = await openStore({ url: `sqlite:${path}` });
    await assert.rejects(note(link), unavailable(/in use by another process/));
    await holder.close();
    await note(link);
    await link.close();
  });

  it('K9 a database that another holds locked refuses the whole batch, and the next one goes well', async () => {
    const path = join(folder(), 'store.db');
    const store = await openStore({ url: `sqlite:${path}` });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const batch = await Promise.allSettled([
      accept(store, inbound()),
      accept(store, inbound()),
      store.listEvents(0, 1),
    ]);
    assert.deepEqual(
      batch.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    for (const each of batch) if (each.status === 'rejected') assert.ok(unavailable(/locked/)(each.reason));
    other.exec('ROLLBACK');
    other.close();
    await accept(store, inbound());
    assert.deepEqual((await store.stats()).states, { RECEIVED: 1 });
    await store.close();
  });

  it('what cannot be sent to the thread is refused alone', async () => {
    const link = new WorkerLink({ worker, settings: { path: ':memory:' }, restartable: false });
    await link.open();
    const odd = { ...event('cpa.activated', undefined), data: { count: Symbol('no value of an event') } };
    const sent = link.call('note', () => JSON.parse('{}', () => ({ event: odd, now: T0 })));
    await assert.rejects(sent, (error) => error instanceof GatewayError && error.code === 'INTERNAL');
    await note(link);
    await link.close();
  });
});

function note(link: WorkerLink): Promise<void> {
  const activated = event('cpa.activated', undefined);
  return link.call('note', () => ({ refusal: undefined, event: activated, signal: undefined, now: T0 }));
}

function unavailable(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && error.code === 'STORE_UNAVAILABLE' && words.test(error.message);
}
