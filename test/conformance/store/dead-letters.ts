import assert from 'node:assert/strict';
import type { EventFailure } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import { accept, inbound, plain, T0 } from './records.ts';

const FAILURE: EventFailure = { at: T0, attempts: 3, code: 'HANDOVER_FAILED', detail: '500' };

export function exerciseDeadLetters(use: UseStore): void {
  const happen = async (count: number): Promise<readonly number[]> => {
    for (let index = 0; index < count; index++) await accept(use().store, inbound());
    return (await use().store.listEvents(0, 1_000)).map(({ sequence }) => sequence);
  };

  describe('subscribers of events', () => {
    it('a new one begins behind the newest event; a cursor never goes back, and each has its own', async () => {
      const { cursors } = use().store;
      assert.equal(await cursors.open('early'), 0);
      const [first = 0, second = 0] = await happen(2);
      assert.equal(await cursors.open('late'), second);
      await cursors.advance('early', first);
      assert.equal(await cursors.open('early'), first);
      await cursors.advance('late', first);
      assert.deepEqual([await cursors.open('early'), await cursors.open('late')], [first, second]);
    });

    it('what was not taken is kept as a letter, once, and the cursor goes past it', async () => {
      const { store } = use();
      await store.cursors.open('hook');
      const [first = 0] = await happen(1);
      await store.deadLetters.bury('hook', first, FAILURE);
      await store.deadLetters.bury('hook', first, { ...FAILURE, attempts: 9 });
      assert.equal(await store.cursors.open('hook'), first);
      const { items, next } = await store.deadLetters.list({ limit: 10 });
      const [letter] = items;
      assert.deepEqual([items.length, next], [1, undefined]);
      const [event] = await store.listEvents(0, 1);
      const { id, ...rest } = letter ?? assert.fail('there is no letter');
      assert.match(id, /^[0-9a-f]{8}-/);
      assert.deepEqual(plain(rest), plain({ ...FAILURE, subscriber: 'hook', event, marked: false }));
    });

    it('letters are listed newest first, page by page, by subscriber or by id', async () => {
      const { deadLetters } = use().store;
      const sequences = await happen(3);
      for (const sequence of sequences) await deadLetters.bury('hook', sequence, FAILURE);
      await deadLetters.bury('other', sequences[0] ?? 0, FAILURE);
      const first = await deadLetters.list({ subscriber: 'hook', limit: 2 });
      assert.deepEqual(
        first.items.map(({ event }) => event.sequence),
        [sequences[2], sequences[1]],
      );
      const cursor = first.next ?? assert.fail('there is a second page');
      const second = await deadLetters.list({ subscriber: 'hook', limit: 2, cursor });
      assert.deepEqual(
        second.items.map(({ event }) => event.sequence),
        [sequences[0]],
      );
      const id = second.items[0]?.id ?? '';
      assert.deepEqual((await deadLetters.list({ id, limit: 2 })).items, second.items);
      assert.equal((await deadLetters.list({ limit: 10 })).items.length, 4);
    });

    it('one that is to be sent once more is marked, and goes when it was taken or stays with the new failure', async () => {
      const { deadLetters } = use().store;
      const sequences = await happen(2);
      for (const sequence of sequences) await deadLetters.bury('hook', sequence, FAILURE);
      const { items } = await deadLetters.list({ limit: 10 });
      const ids = items.map(({ id }) => id);
      assert.equal(await deadLetters.replay('nothing'), false);
      for (const id of ids) assert.equal(await deadLetters.replay(id), true);
      assert.deepEqual(
        (await deadLetters.marked('hook', 10)).map(({ event }) => event.sequence),
        sequences,
      );
      assert.deepEqual(await deadLetters.marked('other', 10), []);
      await deadLetters.settle(ids[0] ?? '', undefined);
      const again = { at: T0 + 1, attempts: 4, code: 'HANDOVER_REFUSED', detail: undefined } as const;
      await deadLetters.settle(ids[1] ?? '', again);
      const left = (await deadLetters.list({ limit: 10 })).items;
      assert.deepEqual(
        left.map(({ id, marked, at, attempts, code, detail }) => ({ id, marked, at, attempts, code, detail })),
        [{ id: ids[1], marked: false, ...again }],
      );
      assert.deepEqual(await deadLetters.marked('hook', 10), []);
    });
  });
}
