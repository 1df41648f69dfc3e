import assert from 'node:assert/strict';
import { skipUnless } from '../../setup/skip.ts';
import type { UseStore } from './store-under-test.ts';
import {
  answer,
  ASYNCHRONOUS,
  attempt,
  claim,
  claimOne,
  conclusion,
  event,
  eventTypes,
  inbound,
  MINUTE,
  outbound,
  plain,
  T0,
} from './records.ts';

export function exerciseOutbox(use: UseStore): void {
  describe('nextAttemptAt', () => {
    it('is when an open message goes out again, and gone with its last attempt or its end', async () => {
      const { store } = use();
      const message = outbound({ retries: 1, timeToLive: T0 + 3 * MINUTE });
      await store.submitOutbound(message);
      const next = async (): Promise<number | undefined> => {
        const [item] = (await store.listMessages({ limit: 1 })).items;
        assert.equal(item?.nextAttemptAt, (await store.findMessage(message.messageId))?.nextAttemptAt);
        return item?.nextAttemptAt;
      };
      assert.equal(await next(), T0);
      const first = await claimOne(store, T0);
      await store.recordAttempt(first.lease, attempt(1), { kind: 'wait', dueAt: T0 + MINUTE, state: 'SENT' });
      assert.equal(await next(), T0 + MINUTE);
      const second = await claimOne(store, T0 + MINUTE);
      // Nothing is sent at this time any more: it is when the message expires.
      await store.recordAttempt(second.lease, attempt(2), { kind: 'wait', dueAt: T0 + 2 * MINUTE });
      assert.equal(await next(), undefined);
      await store.concludeOutbound(conclusion(message.messageId));
      assert.equal(await next(), undefined);
    });

    it('is not a time at which the message has no more time to live, and none of a received one', async () => {
      const { store } = use();
      await store.submitOutbound(outbound({ retries: 5, timeToLive: T0 + MINUTE }));
      const { lease } = await claimOne(store, T0);
      await store.recordAttempt(lease, attempt(1), { kind: 'wait', dueAt: T0 + MINUTE });
      const received = inbound();
      await store.acceptInbound(received, answer({ send: ASYNCHRONOUS }), event('message.received', 'x'));
      const { items } = await store.listMessages({ limit: 9 });
      assert.deepEqual(
        items.map(({ nextAttemptAt }) => nextAttemptAt),
        [undefined, undefined],
      );
    });
  });

  describe('outbox', () => {
    it('rows are claimed oldest first, and not before they are due', async () => {
      const { store } = use();
      for (const [messageId, storedAt] of [
        ['c@x', T0 + 3],
        ['a@x', T0 + 1],
        ['b@x', T0 + 2],
      ] as const) {
        await store.submitOutbound(outbound({ messageId, storedAt }));
      }
      assert.deepEqual(await claim(store, T0), []);
      const jobs = await claim(store, T0 + 2);
      assert.deepEqual(
        jobs.map(({ messageId }) => messageId),
        ['a@x', 'b@x'],
      );
    });

    it('a leased row is nobody else’s until the lease ends', async () => {
      const { store } = use();
      await store.submitOutbound(outbound());
      const first = await claimOne(store, T0);
      assert.deepEqual(await claim(store, T0 + MINUTE - 1), []);
      const second = await claimOne(store, T0 + MINUTE);
      assert.equal(second.messageId, first.messageId);
      assert.equal(second.attempt, 1);
    });

    it('K13 a later lease makes the earlier one void: its attempt changes nothing', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const slow = await claimOne(store, T0);
      const quick = await claimOne(store, T0 + MINUTE);
      const failed = { kind: 'end', state: 'FAILED', event: event('message.failed', message.messageId) } as const;
      assert.equal(await store.recordAttempt(slow.lease, attempt(1), failed), false);
      assert.equal((await store.findMessage(message.messageId))?.state, 'QUEUED');
      assert.equal(
        await store.recordAttempt(quick.lease, attempt(1), { kind: 'wait', dueAt: T0, state: 'SENT' }),
        true,
      );
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.attempts, found?.attemptLog.length], ['SENT', 1, 1]);
      assert.deepEqual(await eventTypes(store), []);
    });

    it('K13 two claims at the same time share nothing', async () => {
      const { store } = use();
      await Promise.all(Array.from({ length: 20 }, () => store.submitOutbound(outbound())));
      const terms = { now: T0, leaseMs: MINUTE, limit: 8, perLane: 100 };
      const claims = await Promise.all([store.claimDue(terms), store.claimDue(terms), store.claimDue(terms)]);
      const ids = claims.flatMap(({ jobs }) => jobs.map(({ messageId }) => messageId));
      assert.equal(ids.length, 20);
      assert.equal(new Set(ids).size, 20);
    });

    it('a lease that was recorded cannot be recorded again', async () => {
      const { store } = use();
      await store.submitOutbound(outbound());
      const job = await claimOne(store, T0);
      const wait = { kind: 'wait', dueAt: T0 + MINUTE } as const;
      assert.equal(await store.recordAttempt(job.lease, attempt(1), wait), true);
      assert.equal(await store.recordAttempt(job.lease, attempt(2), wait), false);
    });

    it('wait: the row falls due again at that time, for the next attempt', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const job = await claimOne(store, T0);
      const refused = attempt(1, { status: 503, code: 'PEER_UNREACHABLE', detail: 'busy' });
      await store.recordAttempt(job.lease, refused, { kind: 'wait', dueAt: T0 + 5 * MINUTE });
      assert.deepEqual(await claim(store, T0 + 5 * MINUTE - 1), []);
      const next = await claimOne(store, T0 + 5 * MINUTE);
      assert.deepEqual([next.attempt, next.message?.state], [2, 'QUEUED']);
      assert.deepEqual(plain(next.envelope), plain(message.envelope));
      assert.deepEqual((await store.findMessage(message.messageId))?.attemptLog, [refused]);
    });

    it('at most `perLane` rows of a lane are leased at the same time; other lanes go on', async () => {
      const { store } = use();
      for (let i = 0; i < 5; i++) await store.submitOutbound(outbound({ lane: 'slow', storedAt: T0 + i }));
      await store.submitOutbound(outbound({ lane: 'quick', storedAt: T0 + 9 }));
      const terms = { now: T0 + 10, leaseMs: MINUTE, limit: 100, perLane: 2 };
      const first = await store.claimDue(terms);
      assert.deepEqual(lanes(first.jobs), ['slow', 'slow', 'quick']);
      assert.deepEqual((await store.claimDue(terms)).jobs, []);
      const [job] = first.jobs;
      await store.recordAttempt(job?.lease ?? assert.fail(), attempt(1), { kind: 'wait', dueAt: T0 + 20 * MINUTE });
      assert.deepEqual(lanes((await store.claimDue(terms)).jobs), ['slow']);
    });

    it('`limit` cuts a claim short, oldest first over all lanes', async () => {
      const { store } = use();
      for (const [i, lane] of ['a', 'b', 'a', 'b'].entries()) {
        await store.submitOutbound(outbound({ lane, messageId: `${i}@x`, storedAt: T0 + i }));
      }
      const cut = await store.claimDue({ now: T0 + 10, leaseMs: MINUTE, limit: 3, perLane: 10 });
      assert.deepEqual(
        cut.jobs.map(({ messageId }) => messageId),
        ['0@x', '1@x', '2@x'],
      );
      assert.equal(cut.nextDue, T0 + 3);
    });

    it('nextDue names the next row that was not claimed; undefined when there is none', async () => {
      const { store } = use();
      const terms = { leaseMs: MINUTE, limit: 10, perLane: 10 };
      assert.equal((await store.claimDue({ ...terms, now: T0 })).nextDue, undefined);
      await store.submitOutbound(outbound({ storedAt: T0 }));
      await store.submitOutbound(outbound({ storedAt: T0 + 500 }));
      assert.equal((await store.claimDue({ ...terms, now: T0 - 1 })).nextDue, T0);
      assert.equal((await store.claimDue({ ...terms, now: T0 })).nextDue, T0 + 500);
      const last = await store.claimDue({ ...terms, now: T0 + 500 });
      assert.equal(last.jobs.length, 1);
      assert.equal(last.nextDue, T0 + MINUTE, 'the lease of the first row ends');
    });

    it('nextDue of a lane that is full is when its first lease ends', async () => {
      const { store } = use();
      await store.submitOutbound(outbound());
      await store.submitOutbound(outbound());
      const terms = { now: T0, leaseMs: MINUTE, limit: 10, perLane: 1 };
      assert.equal((await store.claimDue(terms)).nextDue, T0 + MINUTE);
      assert.equal((await store.claimDue({ ...terms, now: T0 + 5 })).nextDue, T0 + MINUTE);
    });

    it('a row that was leased before a restart is claimed again, at the latest when the lease has ended', async function () {
      const { store, reopen } = use();
      skipUnless(this, reopen !== undefined, 'this store forgets');
      if (reopen === undefined) return;
      await store.submitOutbound(outbound());
      const before = await claimOne(store, T0);
      const opened = await reopen();
      const again = await claimOne(opened, T0 + MINUTE);
      assert.deepEqual([again.messageId, again.attempt], [before.messageId, 1]);
      assert.equal(await opened.recordAttempt(before.lease, attempt(1), { kind: 'wait', dueAt: T0 }), false);
    });

    it('a signal that belongs to no stored message goes out too, and may wait', async () => {
      const { store } = use();
      const error = answer({ send: ASYNCHRONOUS });
      await store.note({ signal: error });
      const now = T0 + MINUTE;
      const job = await claimOne(store, now);
      assert.deepEqual([job.messageId, job.attempt, job.message], [error.messageId, 1, undefined]);
      assert.deepEqual(plain(job.envelope), plain(error.envelope));
      await store.recordAttempt(job.lease, attempt(1), { kind: 'wait', dueAt: now });
      const again = await claimOne(store, now);
      assert.equal(again.attempt, 2);
      assert.equal(await store.recordAttempt(again.lease, attempt(2), { kind: 'done' }), true);
      assert.deepEqual(await claim(store, now + 10 * MINUTE), []);
    });

    it('stats counts the rows that are due and names the oldest', async () => {
      const { store } = use();
      const before = await store.stats();
      assert.deepEqual([before.outboxDue, before.oldestDue], [0, undefined]);
      await store.submitOutbound(outbound({ storedAt: T0 - 5 }));
      await store.submitOutbound(outbound({ storedAt: T0 + MINUTE }));
      const { outboxDue, oldestDue } = await store.stats();
      assert.deepEqual([outboxDue, oldestDue], [1, T0 - 5]);
    });
  });
}

function lanes(jobs: readonly { readonly lane: string }[]): readonly string[] {
  return jobs.map(({ lane }) => lane);
}
