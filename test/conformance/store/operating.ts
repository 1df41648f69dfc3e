import assert from 'node:assert/strict';
import type { UseStore } from './store-under-test.ts';
import {
  accept,
  attempt,
  cancellation,
  claim,
  claimOne,
  conclusion,
  event,
  eventTypes,
  inbound,
  MINUTE,
  outbound,
  PARTNER,
  T0,
} from './records.ts';

export function exerciseOperating(use: UseStore): void {
  describe('what operators do', () => {
    it('cancel: QUEUED and SENT become CANCELLED with one event, and nothing is left to send', async () => {
      const { store } = use();
      for (const sent of [false, true]) {
        const message = outbound();
        await store.submitOutbound(message);
        if (sent) {
          const { lease } = await claimOne(store, T0);
          await store.recordAttempt(lease, attempt(1), { kind: 'wait', dueAt: T0 + MINUTE, state: 'SENT' });
        }
        assert.equal(await store.cancelOutbound(cancellation(message.messageId)), 'cancelled');
        const found = await store.findMessage(message.messageId);
        assert.deepEqual([found?.state, found?.stateAt], ['CANCELLED', T0 + 5]);
        assert.deepEqual(await claim(store, T0 + 100 * MINUTE), []);
      }
      assert.deepEqual(await eventTypes(store), ['message.cancelled', 'message.cancelled']);
      assert.deepEqual((await store.stats()).states, { CANCELLED: 2 });
    });

    it('cancel: whatever an attempt under way records finds a void lease and wakes nothing up', async () => {
      const { store } = use();
      const nexts = [
        { kind: 'wait', dueAt: T0, state: 'SENT' },
        { kind: 'end', state: 'DELIVERED', event: event('message.delivered', 'x') },
        { kind: 'end', state: 'FAILED', event: event('message.failed', 'x') },
      ] as const;
      for (const next of nexts) {
        const message = outbound();
        await store.submitOutbound(message);
        const { lease } = await claimOne(store, T0);
        await store.cancelOutbound(cancellation(message.messageId));
        assert.equal(await store.recordAttempt(lease, attempt(1), next), false);
        assert.equal((await store.findMessage(message.messageId))?.state, 'CANCELLED');
      }
      assert.deepEqual(new Set(await eventTypes(store)), new Set(['message.cancelled']));
    });

    it('cancel: a receipt that comes later is late, and the state stays', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      await store.cancelOutbound(cancellation(message.messageId));
      assert.equal(await store.concludeOutbound(conclusion(message.messageId)), 'late');
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.signal?.messageId], ['CANCELLED', 'ack-1@partner.example']);
      assert.deepEqual(await eventTypes(store), ['message.cancelled', 'message.late-signal']);
    });

    it('cancel: what has ended, is received, or is of another sender, keeps its state and has no event', async () => {
      const { store } = use();
      const message = outbound();
      const received = inbound();
      await store.submitOutbound(message);
      await accept(store, received);
      assert.equal(await store.cancelOutbound(cancellation(message.messageId, { sender: 'another' })), 'unknown');
      assert.equal(await store.cancelOutbound(cancellation(received.messageId, { sender: PARTNER })), 'unknown');
      await store.concludeOutbound(conclusion(message.messageId));
      assert.equal(await store.cancelOutbound(cancellation(message.messageId)), 'ended');
      assert.equal((await store.findMessage(message.messageId))?.state, 'DELIVERED');
      assert.deepEqual(await eventTypes(store), ['message.received', 'message.delivered']);
    });

    it('cancel: two at the same time are one end', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      const { messageId } = message;
      const outcomes = [store.cancelOutbound(cancellation(messageId)), store.cancelOutbound(cancellation(messageId))];
      assert.deepEqual(await Promise.all(outcomes), ['cancelled', 'ended']);
      assert.deepEqual(await eventTypes(store), ['message.cancelled']);
    });

    it('resend: the new message names the old one, by itself and by an event; a repeat has no second event', async () => {
      const { store } = use();
      const idempotency = { key: 'once', application: 'a', digest: 'd' };
      const old = outbound();
      await store.submitOutbound(old);
      const resent = event('message.resent', 'new@us.example', { direction: 'out', data: { resendOf: old.messageId } });
      const again = outbound({
        messageId: 'new@us.example',
        idempotency,
        resend: { of: old.messageId, event: resent },
      });
      assert.equal((await store.submitOutbound(again)).kind, 'submitted');
      assert.equal((await store.submitOutbound({ ...again, messageId: 'third@us.example' })).kind, 'repeated');
      assert.equal((await store.findMessage('new@us.example'))?.resendOf, old.messageId);
      assert.equal((await store.findMessage(old.messageId))?.resendOf, undefined);
      const events = await store.listEvents(0, 10);
      assert.deepEqual(
        events.map(({ type, messageId, data }) => [type, messageId, data]),
        [['message.resent', 'new@us.example', { resendOf: old.messageId }]],
      );
    });
  });
}
