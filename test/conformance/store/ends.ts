import assert from 'node:assert/strict';
import type { EventType, NewEvent, PartnerError } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import {
  attempt,
  claim,
  claimOne,
  conclusion,
  event,
  eventTypes,
  inbound,
  accept,
  MINUTE,
  octets,
  outbound,
  PARTNER,
  plain,
  T0,
} from './records.ts';

const ENDS = [
  ['DELIVERED', 'message.delivered'],
  ['FAILED', 'message.failed'],
  ['EXPIRED', 'message.expired'],
] as const;

export function exerciseEnds(use: UseStore): void {
  describe('how a sent message ends', () => {
    it('end: the row goes, the state is final and there is exactly one event', async () => {
      const { store } = use();
      for (const [state, type] of ENDS) {
        const message = outbound();
        await store.submitOutbound(message);
        const { lease } = await claimOne(store, T0);
        const next = { kind: 'end', state, event: event(type, message.messageId, { at: T0 + 3 }) } as const;
        assert.equal(await store.recordAttempt(lease, attempt(1), next), true);
        assert.equal(await store.recordAttempt(lease, attempt(1), next), false);
        const found = await store.findMessage(message.messageId);
        assert.deepEqual([found?.state, found?.stateAt], [state, T0 + 3]);
        assert.deepEqual(await claim(store, T0 + 100 * MINUTE), []);
      }
      assert.deepEqual(await eventTypes(store), ['message.delivered', 'message.failed', 'message.expired']);
    });

    it('a message that expired before it was sent ends without an attempt', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const { lease } = await claimOne(store, T0);
      const next = { kind: 'end', state: 'EXPIRED', event: event('message.expired', message.messageId) } as const;
      assert.equal(await store.recordAttempt(lease, undefined, next), true);
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.attempts, found?.attemptLog], ['EXPIRED', 0, []]);
    });

    it('§6.3.2 a signal of the partner ends an open message: state, event, signal, and nothing left to send', async () => {
      const { store } = use();
      for (const sent of [false, true]) {
        const message = outbound();
        await store.submitOutbound(message);
        if (sent) {
          const { lease } = await claimOne(store, T0);
          await store.recordAttempt(lease, attempt(1), { kind: 'wait', dueAt: T0 + MINUTE, state: 'SENT' });
        }
        const { signal, ...rest } = conclusion(message.messageId);
        assert.equal(await store.concludeOutbound({ ...rest, signal }), 'concluded');
        const found = await store.findMessage(message.messageId);
        assert.equal(found?.state, 'DELIVERED');
        assert.deepEqual(plain(found?.signal), plain({ messageId: signal.messageId, envelope: signal.envelope }));
        assert.deepEqual(await claim(store, T0 + 100 * MINUTE), []);
      }
      assert.deepEqual(await eventTypes(store), ['message.delivered', 'message.delivered']);
    });

    it('a signal that arrives while the message is being sent makes the lease void', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const { lease } = await claimOne(store, T0);
      await store.concludeOutbound(conclusion(message.messageId));
      const wait = { kind: 'wait', dueAt: T0, state: 'SENT' } as const;
      assert.equal(await store.recordAttempt(lease, attempt(1), wait), false);
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.attempts, found?.attemptLog], ['DELIVERED', 1, [attempt(1)]]);
    });

    it('the attempt whose answer carried the signal is noted with it', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      await claimOne(store, T0);
      await store.concludeOutbound(conclusion(message.messageId, { attempt: attempt(1) }));
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.attempts, found?.attemptLog], [1, [attempt(1)]]);
    });

    it('§4.2.3 what the partner said last against a message is told with it, whether or not that ended it', async () => {
      const { store } = use();
      const message = outbound();
      const { messageId } = message;
      await store.submitOutbound(message);
      await store.submitOutbound(outbound({ messageId: 'other@us.example' }));
      const saying = (type: EventType, errorCode: string): NewEvent => {
        const { at, ...data } = said(errorCode);
        return event(type, messageId, { at, direction: 'out', data: { ...data, status: 200 } });
      };
      const find = async (id: string): Promise<PartnerError | undefined> => (await store.findMessage(id))?.partnerError;
      assert.equal(await find(messageId), undefined);
      await store.note({ event: saying('alert.partner-error', 'MimeProblem') });
      await store.note({ event: event('alert.partner-error', messageId, { direction: 'out', data: { status: 404 } }) });
      await store.note({ event: saying('alert.signal-refused', 'Unknown') });
      assert.deepEqual(await find(messageId), said('MimeProblem'));
      const failed = saying('message.failed', 'OtherXml');
      await store.concludeOutbound(conclusion(messageId, { state: 'FAILED', event: failed }));
      assert.deepEqual(await find(messageId), said('OtherXml'));
      const late = saying('message.late-signal', 'Inconsistent');
      const signal = { messageId: 'error-2@partner.example', envelope: octets('<error/>'), receivedAt: T0 };
      await store.concludeOutbound(conclusion(messageId, { state: 'FAILED', signal, late }));
      assert.deepEqual(await find(messageId), said('Inconsistent'));
      assert.equal(await find('other@us.example'), undefined);
    });

    it('a signal after the end is stored with the late event and leaves the state', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const { lease } = await claimOne(store, T0);
      const failed = { kind: 'end', state: 'FAILED', event: event('message.failed', message.messageId) } as const;
      await store.recordAttempt(lease, attempt(1), failed);
      assert.equal(await store.concludeOutbound(conclusion(message.messageId)), 'late');
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.signal?.messageId], ['FAILED', 'ack-1@partner.example']);
      assert.deepEqual(await eventTypes(store), ['message.failed', 'message.late-signal']);
    });

    it('the same signal again is late without a second event; another signal has its own', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const first = conclusion(message.messageId);
      const other = { messageId: 'error-2@partner.example', envelope: octets('<error/>'), receivedAt: T0 + 9 };
      assert.equal(await store.concludeOutbound(first), 'concluded');
      assert.equal(await store.concludeOutbound(first), 'late');
      assert.equal(await store.concludeOutbound({ ...first, state: 'FAILED', signal: other }), 'late');
      assert.equal(await store.concludeOutbound({ ...first, state: 'FAILED', signal: other }), 'late');
      assert.deepEqual(await eventTypes(store), ['message.delivered', 'message.late-signal']);
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.signal?.messageId], ['DELIVERED', first.signal.messageId]);
    });

    it('two signals at the same time: one concludes, one is late', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const error = { messageId: 'error-2@partner.example', envelope: octets('<error/>'), receivedAt: T0 };
      const outcomes = await Promise.all([
        store.concludeOutbound(conclusion(message.messageId)),
        store.concludeOutbound(conclusion(message.messageId, { state: 'FAILED', signal: error })),
      ]);
      assert.deepEqual(outcomes, ['concluded', 'late']);
      assert.equal((await store.findMessage(message.messageId))?.state, 'DELIVERED');
    });

    it('a signal for a message of another sender, an unknown or a received message is unknown and leaves no mark', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const received = inbound();
      await accept(store, received);
      assert.equal(await store.concludeOutbound(conclusion(message.messageId, { sender: 'another' })), 'unknown');
      assert.equal(await store.concludeOutbound(conclusion('nothing@x')), 'unknown');
      assert.equal(await store.concludeOutbound(conclusion(received.messageId, { sender: PARTNER })), 'unknown');
      assert.equal((await store.findMessage(message.messageId))?.signal, undefined);
      assert.deepEqual(await eventTypes(store), ['message.received']);
    });

    it('K16 every submitted message is counted in exactly one state', async () => {
      const { store } = use();
      const messages = Array.from({ length: 12 }, (_, i) => outbound({ messageId: `${i}@us.example` }));
      await Promise.all(messages.map((message) => store.submitOutbound(message)));
      for (const [i, job] of (await claim(store, T0)).entries()) {
        const { messageId } = job;
        if (i % 4 === 0) await store.concludeOutbound(conclusion(messageId));
        if (i % 4 === 1) await store.recordAttempt(job.lease, attempt(1), { kind: 'wait', dueAt: T0, state: 'SENT' });
        if (i % 4 === 2) {
          const next = { kind: 'end', state: 'FAILED', event: event('message.failed', messageId) } as const;
          await store.recordAttempt(job.lease, attempt(1), next);
        }
      }
      assert.deepEqual((await store.stats()).states, { DELIVERED: 3, SENT: 3, FAILED: 3, QUEUED: 3 });
    });
  });
}

function said(errorCode: string): PartnerError {
  return { at: T0 + 1, errorCode, severity: 'Error', location: '//Header', description: '' };
}
