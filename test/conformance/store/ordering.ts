import assert from 'node:assert/strict';
import type { AcceptOutcome, InboundRecord, OrderPlace, SubmitOutcome } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import { answer, event, eventTypes, inbound, MINUTE, outbound, T0 } from './records.ts';

const OTHER = 'urn:osb:oin:00000003000000000000';

const at = (number: number): OrderPlace => ({ number, reset: false });

export function exerciseOrdering(use: UseStore): void {
  /** A message with this number; 0 begins unless told otherwise. Its MessageId tells the number. */
  const arrive = (
    number: number,
    { maxHeld = 10, reset = number === 0, id = '', ...more }: Partial<InboundRecord> & Arrival = {},
  ): Promise<AcceptOutcome> => {
    const messageId = `${number}${id}@x`;
    const message = inbound({ messageId, order: { number, reset, maxHeld }, ...more });
    return use().store.acceptInbound(message, answer(), event('message.received', messageId, { at: message.storedAt }));
  };
  const submit = (place: OrderPlace, more: Parameters<typeof outbound>[0] = {}): Promise<SubmitOutcome> =>
    use().store.submitOutbound(outbound({ order: place, ...more }));
  const happened = async (): Promise<readonly string[]> =>
    (await use().store.listEvents(0, 1000)).map(({ type, messageId, data }) =>
      type === 'message.held'
        ? `held ${messageId} ${JSON.stringify(data['expected'])} ${JSON.stringify(data['got'])}`
        : `${type === 'message.received' ? 'received' : type} ${messageId}`,
    );
  const inInbox = async (): Promise<readonly string[]> => {
    const { items } = await use().store.listMessages({ state: 'RECEIVED', direction: 'in', held: false, limit: 1000 });
    return items.map(({ messageId }) => messageId).sort();
  };
  const numbers = Array.from({ length: 6 }, (_, number) => number);

  describe('receiving in order', () => {
    it('§9.1.1 in order: each is handed over at once', async () => {
      for (const number of numbers) assert.deepEqual(await arrive(number), { kind: 'accepted' });
      assert.deepEqual(
        await happened(),
        numbers.map((number) => `received ${number}@x`),
      );
    });

    for (const order of [
      [1, 0, 2, 3],
      [3, 2, 1, 0],
      [0, 2, 1, 3],
      [0, 3, 2, 1],
      [2, 0, 3, 1],
    ]) {
      it(`§9.1.1 ${order.join(', ')}: all are stored, and handed over in order`, async () => {
        const { store } = use();
        for (const number of order) await arrive(number, { storedAt: T0 + number });
        assert.deepEqual(
          (await happened()).filter((text) => text.startsWith('received')),
          [0, 1, 2, 3].map((number) => `received ${number}@x`),
        );
        assert.deepEqual((await inInbox()).length, 4);
        assert.deepEqual((await store.stats()).states, { RECEIVED: 4 });
      });
    }

    it('§9.1.1 one that came too early is stored, listed as held, and neither in the inbox nor taken', async () => {
      const { store } = use();
      await arrive(0);
      assert.deepEqual(await arrive(2), { kind: 'held', expected: 1 });
      const found = await store.findMessage('2@x');
      assert.deepEqual([found?.state, found?.held, found?.sequenceNumber], ['RECEIVED', true, 2]);
      assert.notEqual(found?.signal, undefined);
      assert.deepEqual(await inInbox(), ['0@x']);
      const heldOnes = await store.listMessages({ held: true, limit: 10 });
      assert.deepEqual(
        heldOnes.items.map(({ messageId }) => messageId),
        ['2@x'],
      );
      assert.equal(await store.takeInbound('2@x', T0), 'held');
      assert.deepEqual(await happened(), ['received 0@x', 'held 2@x 1 2']);
      await arrive(1, { storedAt: T0 + MINUTE });
      assert.equal(await store.takeInbound('2@x', T0), 'taken');
      const [, , , released] = await store.listEvents(0, 10);
      assert.deepEqual([released?.type, released?.messageId, released?.at], ['message.received', '2@x', T0 + MINUTE]);
      assert.equal((await store.findMessage('2@x'))?.held, false);
    });

    it('§9.1.1 each gap is told once, with what is missing', async () => {
      for (const number of [0, 2, 3, 5, 1, 7, 4]) await arrive(number);
      assert.deepEqual(await happened(), [
        'received 0@x',
        'held 2@x 1 2',
        'received 1@x',
        'received 2@x',
        'received 3@x',
        'held 5@x 4 5',
        'received 4@x',
        'received 5@x',
        'held 7@x 6 7',
      ]);
    });

    it('§6.5.6 a repeat of a held message is a duplicate; another one with its number, or a lower number, is refused', async () => {
      const { store } = use();
      await arrive(0);
      await arrive(2);
      assert.equal((await arrive(2)).kind, 'duplicate');
      assert.equal((await arrive(0)).kind, 'duplicate');
      assert.equal((await arrive(2, { identity: 'f'.repeat(64) })).kind, 'conflict');
      const before = await happened();
      const used = { kind: 'out-of-order', why: 'used', expected: 1 };
      assert.deepEqual(await arrive(2, { id: 'b' }), used);
      assert.deepEqual(await arrive(0, { id: 'b', reset: false }), used);
      assert.equal(await store.findMessage('2b@x'), undefined);
      assert.deepEqual(await happened(), before);
      await arrive(1);
      assert.deepEqual(await arrive(1, { id: 'b' }), { ...used, expected: 3 });
    });

    it('§9.1.1 a Reset begins anew only when nothing waits', async () => {
      for (const number of [0, 1, 3]) await arrive(number);
      assert.deepEqual(await arrive(0, { id: 'again' }), { kind: 'out-of-order', why: 'used', expected: 2 });
      await arrive(2);
      assert.deepEqual(await arrive(0, { id: 'again' }), { kind: 'accepted' });
      assert.deepEqual(await arrive(2, { id: 'again' }), { kind: 'held', expected: 1 });
      assert.deepEqual(await arrive(1, { id: 'again' }), { kind: 'accepted' });
      assert.deepEqual((await happened()).slice(-2), ['received 1again@x', 'received 2again@x']);
    });

    it('§9.1.1 0 with status Continue begins nothing, and leaves nothing', async () => {
      assert.deepEqual(await arrive(0, { reset: false }), { kind: 'out-of-order', why: 'used', expected: 0 });
      assert.deepEqual(await happened(), []);
      assert.deepEqual(await arrive(0), { kind: 'accepted' });
    });

    it('§9.1.1 more than may be held are refused and leave nothing; what closes the gap always comes in', async () => {
      const { store } = use();
      await arrive(0);
      for (const number of [2, 3, 4]) assert.equal((await arrive(number, { maxHeld: 3 })).kind, 'held');
      assert.deepEqual(await arrive(5, { maxHeld: 3 }), { kind: 'out-of-order', why: 'full', expected: 1 });
      assert.equal(await store.findMessage('5@x'), undefined);
      assert.deepEqual(await arrive(1, { maxHeld: 3 }), { kind: 'accepted' });
      assert.deepEqual(await inInbox(), ['0@x', '1@x', '2@x', '3@x', '4@x']);
      assert.deepEqual(await arrive(5, { maxHeld: 3 }), { kind: 'accepted' });
    });

    it('§9.1.1 conversations, senders and contracts are numbered apart; a message without number waits for nothing', async () => {
      const { store } = use();
      await arrive(1);
      for (const more of [{ conversationId: 'other' }, { fromPartyId: OTHER }, { cpaId: 'cpa-2' }])
        assert.deepEqual(await arrive(0, { ...more, id: JSON.stringify(more) }), { kind: 'accepted' });
      const plain = inbound();
      const outcome = await store.acceptInbound(plain, undefined, event('message.received', plain.messageId));
      assert.deepEqual(outcome, { kind: 'accepted' });
      assert.equal((await store.findMessage(plain.messageId))?.sequenceNumber, undefined);
      assert.equal((await store.findMessage('1@x'))?.held, true);
    });

    it('§9.1.1 all at the same time: each once, in order', async () => {
      const { store } = use();
      const mixed = Array.from({ length: 50 }, (_, index) => (index * 17) % 50);
      await Promise.all(mixed.map((number) => arrive(number, { maxHeld: 100 })));
      assert.deepEqual(
        (await happened()).filter((text) => text.startsWith('received')),
        Array.from({ length: 50 }, (_, number) => `received ${number}@x`),
      );
      assert.equal((await store.listMessages({ held: true, limit: 10 })).items.length, 0);
    });
  });

  describe('sending in order', () => {
    const first = { number: 0, reset: true };

    it('§9.1.1 only the next number is taken; another one is told which, and stores nothing', async () => {
      const { store } = use();
      assert.deepEqual(await submit(at(0)), { kind: 'order-conflict', next: first });
      assert.deepEqual(await submit(at(4)), { kind: 'order-conflict', next: first });
      assert.deepEqual(await submit(first), { kind: 'submitted' });
      assert.deepEqual(await submit(first), { kind: 'order-conflict', next: at(1) });
      assert.deepEqual(await submit(at(1), { messageId: 'one@x' }), { kind: 'submitted' });
      assert.deepEqual(await submit(first, { conversationId: 'other' }), { kind: 'submitted' });
      assert.equal((await store.findMessage('one@x'))?.sequenceNumber, 1);
      assert.deepEqual((await store.stats()).states, { QUEUED: 3 });
    });

    it('§9.1.1 of many at the same time each number is taken once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => submit(first)));
      assert.equal(outcomes.filter(({ kind }) => kind === 'submitted').length, 1);
      const second = await Promise.all(Array.from({ length: 20 }, () => submit(at(1))));
      assert.equal(second.filter(({ kind }) => kind === 'submitted').length, 1);
    });

    it('§9.1.1 a repeat, a conflict or a MessageId that exists uses no number', async () => {
      const idempotency = { key: 'k', application: 'a', digest: 'd' };
      assert.equal((await submit(first, { messageId: 'one@x', idempotency })).kind, 'submitted');
      assert.equal((await submit(at(1), { idempotency })).kind, 'repeated');
      const other = { ...idempotency, digest: 'other' };
      assert.equal((await submit(at(1), { idempotency: other })).kind, 'idempotency-conflict');
      assert.equal((await submit(at(1), { messageId: 'one@x' })).kind, 'message-exists');
      assert.equal((await submit(at(1))).kind, 'submitted');
      assert.deepEqual(await eventTypes(use().store), []);
    });

    it('findSubmitted answers what a repeat would get', async () => {
      const { store } = use();
      const idempotency = { key: 'k', application: 'a', digest: 'd' };
      assert.equal(await store.findSubmitted(idempotency), undefined);
      await store.submitOutbound(outbound({ messageId: 'one@x', idempotency }));
      const repeated = { kind: 'repeated', messageId: 'one@x', state: 'QUEUED' };
      assert.deepEqual(await store.findSubmitted(idempotency), repeated);
      const conflict = await store.findSubmitted({ ...idempotency, digest: 'other' });
      assert.deepEqual(conflict, { kind: 'idempotency-conflict' });
      assert.equal(await store.findSubmitted({ ...idempotency, application: 'other' }), undefined);
    });
  });

  interface Arrival {
    readonly maxHeld?: number;
    readonly reset?: boolean;
    /** Added to the MessageId. */
    readonly id?: string;
  }
}
