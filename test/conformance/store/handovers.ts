import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import type { HandoverFailure, HandoverJob, HandoverLease, InboundRecord } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import { accept, event, eventTypes, filePart, inbound, inlinePart, MINUTE, PARTNER, plain, T0 } from './records.ts';

const QUEUE = 'amqp';
const MEBIBYTE = 1024 ** 2;
const MANY = 1024 * MEBIBYTE;
const OTHER = 'urn:osb:oin:00000003000000000000';

const idsOf = (claimed: readonly HandoverJob[]): readonly string[] => claimed.map(({ header }) => header.messageId);
const failure = (more: Partial<HandoverFailure> = {}): HandoverFailure => ({
  at: T0 + 5,
  dueAt: T0 + MINUTE,
  code: 'HANDOVER_FAILED',
  detail: 'no broker',
  ...more,
});

export function exerciseHandovers(use: UseStore): void {
  const claim = async (now: number, limit = 100, destinations: readonly string[] = [QUEUE], octets = MANY) =>
    use().store.handovers.claim({ destinations, now, leaseMs: MINUTE, limit, octets });
  const jobs = async (now: number, limit?: number): Promise<readonly HandoverJob[]> => (await claim(now, limit)).jobs;
  const one = async (now: number): Promise<HandoverJob> => {
    const [job, ...others] = await jobs(now);
    if (job === undefined || others.length > 0) throw new Error(`expected one message, got ${others.length}`);
    return job;
  };
  const arrive = (messageId: string, more: Partial<InboundRecord> = {}): Promise<void> =>
    accept(use().store, inbound({ messageId, destination: QUEUE, ...more }));

  const ordered = (number: number, more: Partial<InboundRecord> = {}): Promise<unknown> => {
    const messageId = `${number}@x`;
    const order = { number, reset: number === 0, maxHeld: 10 };
    const message = inbound({ messageId, order, destination: QUEUE, storedAt: T0 + number, ...more });
    return use().store.acceptInbound(message, undefined, event('message.received', messageId, { at: T0 + number }));
  };
  const confirmOne = async (lease: HandoverLease, now: number): Promise<boolean | undefined> =>
    (await use().store.handovers.confirm([lease], now))[0];
  const confirm = async ({ lease }: HandoverJob): Promise<void> => {
    assert.equal(await confirmOne(lease, T0 + MINUTE), true);
  };

  describe('handing over', () => {
    it('a message with a destination waits there with all it came with; one for the inbox does not', async () => {
      const { store } = use();
      const message = inbound({ destination: QUEUE, payloads: [inlinePart('een')], refToMessageId: 'before@x' });
      await accept(store, message);
      await accept(store, inbound());
      const job = await one(T0);
      const { lease, header, ...rest } = job;
      assert.ok(lease.fence > 0);
      assert.deepEqual(plain(rest), plain({ destination: QUEUE, payloads: message.payloads, attempt: 1 }));
      const { cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action } = message;
      const { messageId, conversationId, refToMessageId, timestamp, storedAt } = message;
      const purpose = { cpaId, fromPartyId, fromRole, toPartyId, toRole, service, action };
      assert.deepEqual(
        plain(header),
        plain({ ...purpose, messageId, conversationId, refToMessageId, timestamp, receivedAt: storedAt }),
      );
      const found = await store.findMessage(messageId);
      assert.deepEqual([found?.destination, found?.state, found?.handover?.attempts], [QUEUE, 'RECEIVED', 1]);
    });

    it('is not in the inbox, and not taken by who asks: only its destination confirms it', async () => {
      const { store } = use();
      await arrive('a@x');
      await accept(store, inbound({ messageId: 'b@x' }));
      const { items } = await store.listMessages({ destination: 'inbox', limit: 10 });
      assert.deepEqual(
        items.map(({ messageId, destination }) => [messageId, destination]),
        [['b@x', 'inbox']],
      );
      assert.equal(await store.takeInbound('a@x', T0), 'routed');
      assert.equal((await store.findMessage('a@x'))?.state, 'RECEIVED');
      const { lease } = await one(T0);
      assert.equal(await confirmOne(lease, T0 + 7), true);
      assert.equal(await store.takeInbound('a@x', T0), 'routed');
    });

    it('confirmed: TAKEN with one event that names the destination, and nothing waits any more', async () => {
      const { store } = use();
      await arrive('a@x');
      const { lease } = await one(T0);
      assert.equal(await confirmOne(lease, T0 + 7), true);
      assert.equal(await confirmOne(lease, T0 + 8), false);
      const found = await store.findMessage('a@x');
      assert.deepEqual([found?.state, found?.stateAt, found?.attempts], ['TAKEN', T0 + 7, 1]);
      assert.equal(found?.handover, undefined);
      assert.deepEqual(await eventTypes(store), ['message.received', 'message.taken']);
      const [, taken] = await store.listEvents(0, 10);
      assert.deepEqual(taken?.data, { from: PARTNER, destination: QUEUE });
      assert.deepEqual(await claim(T0 + 100 * MINUTE), { jobs: [], nextDue: undefined });
      assert.deepEqual((await store.stats()).states, { TAKEN: 1 });
    });

    it('as a dead letter: TAKEN, with an event that says why in the place of the one of recovery', async () => {
      const { store } = use();
      await arrive('a@x');
      const { lease } = await one(T0);
      await store.handovers.postpone(lease, failure());
      const again = await one(T0 + 100 * MINUTE);
      const letter = { code: 'REPLY_UNDELIVERABLE', detail: 'there is no queue a' } as const;
      assert.deepEqual(await store.handovers.confirm([{ ...again.lease, letter }], T0 + 100 * MINUTE), [true]);
      const told = (await store.listEvents(0, 10)).slice(-2);
      assert.deepEqual(
        told.map(({ type }) => type),
        ['handover.dead-lettered', 'message.taken'],
      );
      assert.deepEqual(told[0]?.data, { from: PARTNER, destination: QUEUE, ...letter, attempts: 2 });
      assert.equal((await store.findMessage('a@x'))?.state, 'TAKEN');
    });

    it('many are confirmed together, each once, and one whose lease is void keeps none of the others', async () => {
      const { store } = use();
      for (const id of ['a@x', 'b@x', 'c@x']) await arrive(id);
      const [a, b, c] = await jobs(T0);
      if (a === undefined || b === undefined || c === undefined) return assert.fail('three are due');
      await store.handovers.postpone(b.lease, failure());
      const held = await store.handovers.confirm([a.lease, b.lease, c.lease, a.lease], T0 + 7);
      assert.deepEqual(held, [true, false, true, false]);
      const states = await Promise.all(['a@x', 'b@x', 'c@x'].map((id) => store.findMessage(id)));
      assert.deepEqual(
        states.map((found) => found?.state),
        ['TAKEN', 'RECEIVED', 'TAKEN'],
      );
      const taken = (await store.listEvents(0, 20)).filter(({ type }) => type === 'message.taken');
      assert.deepEqual(
        taken.map(({ messageId }) => messageId),
        ['a@x', 'c@x'],
      );
      assert.deepEqual(await store.handovers.confirm([], T0 + 8), []);
    });

    it('no more octets than are asked for, but one message at least; one counts a mebibyte at most', async () => {
      const large = { ...filePart('aa/1'), size: 5 * MEBIBYTE };
      for (const [index, id] of ['a@x', 'b@x', 'c@x'].entries())
        await arrive(id, { storedAt: T0 + index, payloads: [inlinePart('abc'), large] });
      assert.deepEqual(idsOf((await claim(T0 + 5, 3, [QUEUE], 2 * MEBIBYTE)).jobs), ['a@x', 'b@x']);
      const rest = await claim(T0 + 5, 3, [QUEUE], 1);
      assert.deepEqual([idsOf(rest.jobs), rest.nextDue], [['c@x'], T0 + 5 + MINUTE]);
    });

    it('a repeat of an accepted message, before and after it was handed over, waits for nothing', async () => {
      const { store } = use();
      const message = inbound({ destination: QUEUE });
      await accept(store, message);
      await accept(store, message);
      const { lease } = await one(T0);
      await confirmOne(lease, T0);
      await accept(store, { ...message, destination: 'files:in' });
      assert.deepEqual(await jobs(T0 + MINUTE), []);
      assert.equal((await store.findMessage(message.messageId))?.destination, QUEUE);
    });

    it('oldest first, at most the limit of each destination, and says when it is worth looking again', async () => {
      for (const [index, id] of ['c@x', 'b@x', 'a@x'].entries()) await arrive(id, { storedAt: T0 + index });
      await arrive('f@x', { destination: 'files:in' });
      const both = await claim(T0 + 5, 2, [QUEUE, 'files:in']);
      assert.deepEqual(idsOf(both.jobs), ['c@x', 'b@x', 'f@x']);
      assert.equal(both.nextDue, T0 + 2);
      assert.deepEqual(idsOf(await jobs(T0 + 5)), ['a@x']);
      assert.deepEqual(await claim(T0 + 6), { jobs: [], nextDue: T0 + 5 + MINUTE });
    });

    it('what fails stays RECEIVED and falls due again; the first failure in a row is told, and that it was mended', async () => {
      const { store } = use();
      await arrive('a@x');
      for (const [number, now] of [T0, T0 + MINUTE].entries()) {
        const job = await one(now);
        assert.equal(job.attempt, number + 1);
        assert.equal(await store.handovers.postpone(job.lease, failure({ at: now, dueAt: now + MINUTE })), true);
        assert.equal(await store.handovers.postpone(job.lease, failure()), false);
        const found = await store.findMessage('a@x');
        assert.deepEqual([found?.state, found?.nextAttemptAt], ['RECEIVED', now + MINUTE]);
        assert.deepEqual(found?.handover, {
          attempts: number + 1,
          failure: { at: now, code: 'HANDOVER_FAILED', detail: 'no broker' },
          stopped: false,
        });
        assert.deepEqual(await claim(now + MINUTE - 1), { jobs: [], nextDue: now + MINUTE });
      }
      const { lease } = await one(T0 + 2 * MINUTE);
      await confirmOne(lease, T0 + 2 * MINUTE);
      const events = (await store.listEvents(0, 10)).slice(1);
      assert.deepEqual(
        events.map(({ type, data }) => [type, data['attempts'], data['destination']]),
        [
          ['handover.failed', 1, QUEUE],
          ['handover.recovered', 3, QUEUE],
          ['message.taken', undefined, QUEUE],
        ],
      );
    });

    it('a later lease makes the earlier one void', async () => {
      const { store } = use();
      await arrive('a@x');
      const first = await one(T0);
      assert.deepEqual(await jobs(T0 + MINUTE - 1), []);
      const second = await one(T0 + MINUTE);
      assert.deepEqual([second.attempt, second.header.messageId], [2, 'a@x']);
      assert.equal(await confirmOne(first.lease, T0), false);
      assert.equal(await store.handovers.postpone(first.lease, failure()), false);
      assert.equal((await store.findMessage('a@x'))?.state, 'RECEIVED');
      assert.equal(await confirmOne(second.lease, T0), true);
    });

    it('two claims at the same time never lease one message twice', async () => {
      for (let index = 0; index < 20; index++) await arrive(`${index}@x`);
      const claims = await Promise.all([jobs(T0, 15), jobs(T0, 15)]);
      const all = claims.flatMap(idsOf);
      assert.equal(all.length, 20);
      assert.equal(new Set(all).size, 20);
    });

    it('what was refused for good stands still, is told, and falls due when an operator asks for it', async () => {
      const { store } = use();
      await arrive('a@x');
      const { lease } = await one(T0);
      await store.handovers.postpone(lease, failure({ dueAt: undefined, code: 'HANDOVER_REFUSED' }));
      assert.deepEqual(await claim(T0 + 100 * MINUTE), { jobs: [], nextDue: undefined });
      await store.handovers.hastenAll(QUEUE, T0 + MINUTE);
      assert.deepEqual(await jobs(T0 + 100 * MINUTE), []);
      const found = await store.findMessage('a@x');
      assert.deepEqual([found?.state, found?.handover?.stopped, found?.nextAttemptAt], ['RECEIVED', true, undefined]);
      assert.equal((await store.listEvents(0, 10)).at(-1)?.data['stopped'], true);
      assert.equal(await store.handovers.hasten('a@x', T0 + MINUTE), true);
      assert.equal((await one(T0 + MINUTE)).attempt, 2);
    });

    it('hasten: what waits for its next attempt is due now; what is under way stays leased; of the rest nothing waits', async () => {
      const { store } = use();
      await arrive('a@x');
      await accept(store, inbound({ messageId: 'inbox@x' }));
      const { lease } = await one(T0);
      assert.equal(await store.handovers.hasten('a@x', T0 + 1), true);
      assert.deepEqual(await jobs(T0 + 1), []);
      await store.handovers.postpone(lease, failure());
      assert.deepEqual(await jobs(T0 + 6), []);
      assert.equal(await store.handovers.hasten('a@x', T0 + 6), true);
      const again = await one(T0 + 6);
      await store.handovers.postpone(again.lease, failure());
      await store.handovers.hastenAll(QUEUE, T0 + 7);
      await confirmOne((await one(T0 + 7)).lease, T0 + 7);
      assert.equal(await store.handovers.hasten('a@x', T0), false);
      assert.equal(await store.handovers.hasten('inbox@x', T0), false);
      assert.equal(await store.handovers.hasten('nobody@x', T0), false);
    });

    it('hasten: several senders with one MessageId are told apart', async () => {
      const { store } = use();
      await arrive('a@x');
      await arrive('a@x', { fromPartyId: OTHER });
      await assert.rejects(
        store.handovers.hasten('a@x', T0),
        (error) => error instanceof GatewayError && error.code === 'MESSAGE_AMBIGUOUS',
      );
      assert.equal(await store.handovers.hasten('a@x', T0, OTHER), true);
    });

    it('says how much waits by destination, how much of it failed, and since when', async () => {
      const { store } = use();
      assert.deepEqual(await store.handovers.waiting(), []);
      for (const [index, id] of ['a@x', 'b@x'].entries()) await arrive(id, { storedAt: T0 + index });
      await arrive('f@x', { destination: 'files:in', storedAt: T0 + 9 });
      const [job] = await jobs(T0 + 9, 1);
      await store.handovers.postpone(job?.lease ?? assert.fail('nothing is due'), failure());
      assert.deepEqual(plain(await store.handovers.waiting()), [
        { destination: QUEUE, count: 2, failing: 1, oldest: T0 },
        { destination: 'files:in', count: 1, failing: 0, oldest: T0 + 9 },
      ]);
    });
  });

  describe('handing over in order', () => {
    it('§9.1.1 what came too early is not due; what closes the gap makes all due one after the other', async () => {
      await ordered(1);
      await ordered(2);
      assert.deepEqual(await claim(T0 + MINUTE), { jobs: [], nextDue: undefined });
      await ordered(0);
      for (const number of [0, 1, 2]) {
        const job = await one(T0 + MINUTE);
        assert.equal(job.header.messageId, `${number}@x`);
        await confirm(job);
      }
      assert.deepEqual(await jobs(T0 + MINUTE), []);
    });

    it('§9.1.1 a message that fails, or stands still, keeps those behind it, and nobody else', async () => {
      const { handovers } = use().store;
      for (const number of [0, 1]) await ordered(number);
      await arrive('unordered@x', { storedAt: T0 + 8 });
      await ordered(0, { messageId: 'other@x', conversationId: 'other' });
      const claimed = await jobs(T0 + MINUTE);
      assert.deepEqual(idsOf(claimed).toSorted(), ['0@x', 'other@x', 'unordered@x']);
      const first = claimed.find(({ header }) => header.messageId === '0@x') ?? assert.fail('0@x is not due');
      await handovers.postpone(first.lease, failure({ dueAt: undefined, code: 'HANDOVER_REFUSED' }));
      assert.equal(await handovers.hasten('1@x', T0 + MINUTE), true);
      assert.deepEqual(await jobs(T0 + MINUTE), []);
      await handovers.hasten('0@x', T0 + MINUTE);
      await confirm(await one(T0 + MINUTE));
      assert.equal((await one(T0 + MINUTE)).header.messageId, '1@x');
    });

    it('§9.1.1 each destination gets what is its own of a conversation in order, and waits for no other', async () => {
      await ordered(0, { destination: 'files:in' });
      await ordered(1, { destination: 'inbox' });
      await ordered(2);
      await ordered(3);
      assert.equal((await one(T0 + MINUTE)).header.messageId, '2@x');
    });
  });
}
