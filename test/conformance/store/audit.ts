import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AuditedMessage } from '../../../src/ports/audit-source.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import {
  accept,
  attempt,
  cancellation,
  claimOne,
  conclusion,
  filePart,
  inbound,
  inlinePart,
  MINUTE,
  octets,
  outbound,
  PARTNER,
  T0,
  US,
} from './records.ts';

export function exerciseAudit(use: UseStore): void {
  describe('what the audit asks', () => {
    it('totals: the messages one by one, the counts that are kept, the newest key, and no damage', async () => {
      const { store } = use();
      assert.deepEqual(await store.auditTotals({ damage: true }), {
        counted: {},
        kept: {},
        strayOutbox: [],
        damage: [],
        last: 0,
        lastEvent: 0,
      });
      await accept(store, inbound());
      await store.submitOutbound(outbound());
      await store.submitOutbound(outbound({ messageId: 'c@x' }));
      await store.cancelOutbound(cancellation('c@x'));
      const { last, lastEvent, ...totals } = await store.auditTotals({ damage: true });
      const states = { RECEIVED: 1, QUEUED: 1, CANCELLED: 1 };
      assert.deepEqual(totals, { counted: states, kept: states, strayOutbox: [], damage: [] });
      assert.equal((await everyMessage(store)).at(-1)?.key, last);
      assert.equal((await store.listEvents(0, 9)).at(-1)?.sequence, lastEvent);
    });

    it('messages: in the order they were stored, page by page, each exactly once, no further than `last`', async () => {
      const { store } = use();
      for (let i = 0; i < 7; i++) await accept(store, inbound({ messageId: `${i}@x`, storedAt: T0 - i }));
      const { last } = await store.auditTotals({ damage: false });
      await accept(store, inbound({ messageId: 'later@x' }));
      const seen: string[] = [];
      for (let after = 0; ; ) {
        const page = await store.auditMessages({ after, last, limit: 3, digests: false });
        seen.push(...page.map(({ messageId }) => messageId));
        const end = page.at(-1);
        if (end === undefined) break;
        after = end.key;
      }
      assert.deepEqual(seen, ['0@x', '1@x', '2@x', '3@x', '4@x', '5@x', '6@x']);
    });

    it('a sent message: outbox rows while it is open, its final event when it has ended', async () => {
      const { store } = use();
      for (const messageId of ['queued@x', 'sent@x', 'ended@x', 'cancelled@x'])
        await store.submitOutbound(outbound({ messageId }));
      await store.concludeOutbound(conclusion('ended@x'));
      await store.cancelOutbound(cancellation('cancelled@x'));
      const seen = (await everyMessage(store)).map((one) => [one.messageId, one.outboxRows, one.ends, one.ended]);
      assert.deepEqual(seen, [
        ['queued@x', 1, [], []],
        ['sent@x', 1, [], []],
        ['ended@x', 0, ['message.delivered'], ['DELIVERED']],
        ['cancelled@x', 0, ['message.cancelled'], ['CANCELLED']],
      ]);
    });

    it('a message that waits for its receipt has its outbox row', async () => {
      const { store } = use();
      await store.submitOutbound(outbound());
      const { lease } = await claimOne(store, T0);
      await store.recordAttempt(lease, attempt(1), { kind: 'wait', dueAt: T0 + MINUTE, state: 'SENT' });
      const [one] = await everyMessage(store);
      assert.deepEqual([one?.state, one?.outboxRows, one?.sender, one?.direction], ['SENT', 1, US, 'out']);
    });

    it('a received message: its destination, and whether it waits there', async () => {
      const { store } = use();
      for (const messageId of ['waits@x', 'taken@x']) await accept(store, inbound({ messageId, destination: 'amqp' }));
      await accept(store, inbound({ messageId: 'inbox@x' }));
      const claimed = await store.handovers.claim({
        destinations: ['amqp'],
        now: T0,
        leaseMs: MINUTE,
        limit: 9,
        octets: 9,
      });
      const job = claimed.jobs.find(({ header }) => header.messageId === 'taken@x') ?? assert.fail('it is not due');
      await store.handovers.confirm([job.lease], T0);
      assert.deepEqual(
        (await everyMessage(store)).map((one) => [one.messageId, one.state, one.destination, one.waits]),
        [
          ['waits@x', 'RECEIVED', 'amqp', true],
          ['taken@x', 'TAKEN', 'amqp', false],
          ['inbox@x', 'RECEIVED', 'inbox', false],
        ],
      );
    });

    it('two own parties that used one MessageId: both final events, both final states', async () => {
      const { store } = use();
      for (const fromPartyId of [US, PARTNER])
        await store.submitOutbound(outbound({ messageId: 'same@x', fromPartyId }));
      await store.cancelOutbound(cancellation('same@x'));
      await store.concludeOutbound(conclusion('same@x', { sender: PARTNER }));
      for (const one of await everyMessage(store)) {
        assert.deepEqual(Array.from(one.ends).sort(), ['message.cancelled', 'message.delivered']);
        assert.deepEqual(Array.from(one.ended).sort(), ['CANCELLED', 'DELIVERED']);
      }
    });

    it('a received message: envelope, and payloads with the digest of what is held, where it is asked', async () => {
      const { store } = use();
      await accept(store, inbound({ payloads: [inlinePart('een'), filePart('aa/file')] }));
      const sha256 = createHash('sha256').update(octets('een')).digest('hex');
      for (const digests of [false, true]) {
        const [one] = await everyMessage(store, digests);
        assert.deepEqual(
          [one?.hasEnvelope, one?.payloads],
          [
            true,
            [
              { number: 1, size: 3, sha256: 'b'.repeat(64), body: { size: 3, sha256: digests ? sha256 : undefined } },
              { number: 2, size: 5_000_000, sha256: 'c'.repeat(64), body: { file: 'aa/file' } },
            ],
          ],
        );
      }
    });
  });
}

async function everyMessage(store: Store, digests = false): Promise<readonly AuditedMessage[]> {
  return store.auditMessages({ after: 0, last: Number.MAX_SAFE_INTEGER, limit: 1_000, digests });
}
