import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { UseStore } from './store-under-test.ts';
import {
  accept,
  attempt,
  claim,
  claimOne,
  conclusion,
  filePart,
  inbound,
  inlinePart,
  MINUTE,
  outbound,
  plain,
  T0,
} from './records.ts';

const IDEMPOTENCY = { key: 'order-17', application: 'zaaksysteem', digest: 'd'.repeat(64) };

export function exerciseSubmitting(use: UseStore): void {
  describe('submitting', () => {
    it('a submitted message is found as QUEUED with its terms', async () => {
      const { store } = use();
      const message = outbound({ payloads: [inlinePart('een'), filePart('bb/file')], refToMessageId: 'earlier@x' });
      assert.deepEqual(await store.submitOutbound(message), { kind: 'submitted' });
      const found = await store.findMessage(message.messageId, 'out');
      assert.deepEqual(
        [found?.direction, found?.state, found?.stateAt, found?.attempts, found?.ackSigned, found?.syncReply],
        ['out', 'QUEUED', T0, 0, true, true],
      );
      assert.deepEqual(plain(found?.envelope), plain(message.envelope));
      assert.deepEqual(plain(found?.payloads), plain(message.payloads));
      assert.equal(found?.refToMessageId, 'earlier@x');
    });

    it('the envelope of an HTTP answer is kept beside that of the message, which is what is claimed', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound({ ...message, bundle: Buffer.from('<both/>') });
      const found = await store.findMessage(message.messageId, 'out');
      assert.deepEqual(plain(found?.bundle), plain(Buffer.from('<both/>')));
      assert.deepEqual(plain(found?.envelope), plain(message.envelope));
      assert.deepEqual(plain((await claimOne(store, T0)).envelope), plain(message.envelope));
    });

    it('a payload that travels encrypted keeps what makes the same octets at each attempt', async () => {
      const { store } = use();
      const [key, iv, head, tail] = [randomBytes(32), randomBytes(12), Buffer.from('<head>'), Buffer.from('</head>')];
      const sealed = { algorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', key, iv, head, tail };
      const payloads = [{ ...inlinePart('een'), sealed }, filePart('bb/file')];
      const message = outbound({ payloads });
      await store.submitOutbound(message);
      assert.deepEqual(plain((await claimOne(store, T0)).payloads), plain(payloads));
      assert.deepEqual(plain((await store.findMessage(message.messageId, 'out'))?.payloads), plain(payloads));
    });

    it('K13 a row that is leased to who submits is claimed by nobody until the lease ends, and then its own lease is void', async () => {
      const { store } = use();
      const message = outbound();
      const outcome = await store.submitOutbound({ ...message, leaseUntil: T0 + MINUTE });
      assert.ok(outcome.kind === 'submitted' && outcome.lease !== undefined);
      assert.deepEqual(await claim(store, T0), []);
      assert.equal(await store.recordAttempt(outcome.lease, attempt(1), { kind: 'wait', dueAt: T0 }), true);
      assert.equal((await claimOne(store, T0)).attempt, 2);
      assert.equal(await store.recordAttempt(outcome.lease, attempt(1), { kind: 'wait', dueAt: T0 }), false);
    });

    it('a MessageId that was submitted before is refused and changes nothing', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      assert.deepEqual(await store.submitOutbound(message), { kind: 'message-exists' });
      assert.deepEqual((await store.stats()).states, { QUEUED: 1 });
    });

    it('the same Idempotency-Key with the same body answers the message of then, in its present state', async () => {
      const { store } = use();
      const first = outbound({ idempotency: IDEMPOTENCY });
      await store.submitOutbound(first);
      const { messageId } = first;
      const again = (): Promise<unknown> => store.submitOutbound(outbound({ idempotency: IDEMPOTENCY }));
      assert.deepEqual(await again(), { kind: 'repeated', messageId, state: 'QUEUED' });
      await store.concludeOutbound(conclusion(messageId));
      assert.deepEqual(await again(), { kind: 'repeated', messageId, state: 'DELIVERED' });
      assert.deepEqual((await store.stats()).states, { DELIVERED: 1 });
    });

    it('the same Idempotency-Key with another body is a conflict', async () => {
      const { store } = use();
      await store.submitOutbound(outbound({ idempotency: IDEMPOTENCY }));
      const other = outbound({ idempotency: { ...IDEMPOTENCY, digest: 'e'.repeat(64) } });
      assert.deepEqual(await store.submitOutbound(other), { kind: 'idempotency-conflict' });
      assert.equal(await store.findMessage(other.messageId), undefined);
    });

    it('an Idempotency-Key belongs to one application', async () => {
      const { store } = use();
      await store.submitOutbound(outbound({ idempotency: IDEMPOTENCY }));
      const other = outbound({ idempotency: { ...IDEMPOTENCY, application: 'archief' } });
      assert.deepEqual(await store.submitOutbound(other), { kind: 'submitted' });
    });

    it('a refused submit does not use up its Idempotency-Key', async () => {
      const { store } = use();
      const message = outbound();
      await store.submitOutbound(message);
      assert.deepEqual(await store.submitOutbound({ ...message, idempotency: IDEMPOTENCY }), {
        kind: 'message-exists',
      });
      assert.deepEqual(await store.submitOutbound(outbound({ idempotency: IDEMPOTENCY })), { kind: 'submitted' });
    });

    it('the same MessageId may be received and sent; the direction tells them apart', async () => {
      const { store } = use();
      const received = inbound({ messageId: 'both@x' });
      await accept(store, received);
      await store.submitOutbound(outbound({ messageId: 'both@x', fromPartyId: received.fromPartyId }));
      assert.equal((await store.findMessage('both@x', 'in'))?.state, 'RECEIVED');
      assert.equal((await store.findMessage('both@x', 'out'))?.state, 'QUEUED');
    });

    it('findMessage answers undefined for what is not there', async () => {
      assert.equal(await use().store.findMessage('nothing@x'), undefined);
    });

    it('refersTo knows the files of both directions and no others', async () => {
      const { store } = use();
      await store.submitOutbound(outbound({ payloads: [filePart('aa/one')] }));
      await accept(store, inbound({ payloads: [filePart('aa/two')] }));
      const asked = ['aa/one', 'aa/two', 'aa/three'].map((file) => store.refersTo(file));
      assert.deepEqual(await Promise.all(asked), [true, true, false]);
    });

    it('a submitted message is in the outbox with envelope, payloads and terms', async () => {
      const { store } = use();
      const message = outbound({
        payloads: [inlinePart('een'), filePart('bb/file')],
        timeToLive: T0 + 1,
        syncReply: false,
      });
      await store.submitOutbound(message);
      const { lease, ...job } = await claimOne(store, T0);
      assert.ok(lease.fence > 0);
      assert.deepEqual(plain(job), {
        endpoint: message.endpoint,
        lane: message.lane,
        envelope: plain(message.envelope),
        payloads: plain(message.payloads),
        messageId: message.messageId,
        attempt: 1,
        message: {
          cpaId: message.cpaId,
          fromPartyId: message.fromPartyId,
          fromRole: message.fromRole,
          toPartyId: message.toPartyId,
          toRole: message.toRole,
          service: message.service,
          action: message.action,
          state: 'QUEUED',
          timeToLive: T0 + 1,
          retries: 3,
          retryInterval: message.retryInterval,
          reliable: true,
          syncReply: false,
          ackSigned: true,
        },
      });
    });
  });
}
