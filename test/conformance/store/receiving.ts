import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { skipUnless } from '../../setup/skip.ts';
import type { UseStore } from './store-under-test.ts';
import {
  accept,
  answer,
  ASYNCHRONOUS,
  attempt,
  claim,
  claimOne,
  event,
  eventTypes,
  filePart,
  inbound,
  inlinePart,
  MINUTE,
  octets,
  PARTNER,
  plain,
  T0,
} from './records.ts';

const ambiguous = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === 'MESSAGE_AMBIGUOUS' && error.location === 'from';

export function exerciseReceiving(use: UseStore): void {
  describe('receiving', () => {
    it('an accepted message is found with all it came with', async () => {
      const { store } = use();
      const message = inbound({ payloads: [inlinePart('een'), filePart('aa/file')], timeToLive: T0 + MINUTE });
      const ack = answer();
      const outcome = await store.acceptInbound(message, ack, event('message.received', message.messageId));
      assert.deepEqual(outcome, { kind: 'accepted' });
      const { envelope, payloads, identity: _i, persistUntil: _p, order: _o, ...summary } = message;
      const expected = {
        ...summary,
        direction: 'in',
        state: 'RECEIVED',
        stateAt: T0,
        attempts: 0,
        nextAttemptAt: undefined,
        sequenceNumber: undefined,
        held: false,
        envelope,
        payloads,
        attemptLog: [],
        signal: { messageId: ack.messageId, envelope: ack.envelope },
        partnerError: undefined,
        handover: undefined,
        ackSigned: undefined,
        syncReply: undefined,
        bundle: undefined,
        resendOf: undefined,
      };
      assert.deepEqual(plain(await store.findMessage(message.messageId)), plain(expected));
    });

    it('the event is stored with the message, with an id and a place in the order', async () => {
      const { store } = use();
      const message = inbound();
      await accept(store, message);
      const [stored, ...others] = await store.listEvents(0, 10);
      assert.equal(others.length, 0);
      const { id, sequence, ...rest } = stored ?? assert.fail('there is no event');
      assert.deepEqual(rest, event('message.received', message.messageId));
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-/);
      assert.ok(sequence > 0);
    });

    it('octets of a pooled buffer are stored as they were at the call', async () => {
      const { store } = use();
      const shared = Buffer.from('<first/><second/>');
      const message = inbound({ envelope: shared.subarray(8) });
      const accepted = accept(store, message);
      shared.fill(0);
      await accepted;
      const found = await store.findMessage(message.messageId);
      assert.equal(Buffer.from(found?.envelope ?? []).toString(), '<second/>');
    });

    it('an empty payload stays an empty payload', async () => {
      const { store } = use();
      const message = inbound({ payloads: [inlinePart('')] });
      await accept(store, message);
      const found = await store.findMessage(message.messageId);
      assert.deepEqual(plain(found?.payloads), plain(message.payloads));
    });

    it('§6.5.6 the same message again is a duplicate with the stored answer and changes nothing [ebMS2 §6.5.5-1, ebMS2 §6.1-2]', async () => {
      const { store } = use();
      const message = inbound();
      const ack = answer();
      await store.acceptInbound(message, ack, event('message.received', message.messageId));
      const again = await store.acceptInbound(
        { ...message, storedAt: T0 + 5, envelope: octets('<other-mime/>') },
        answer(),
        event('message.received', message.messageId),
      );
      assert.deepEqual(plain(again), { kind: 'duplicate', answer: plain(ack) });
      assert.deepEqual(await eventTypes(store), ['message.received']);
      assert.deepEqual((await store.stats()).states, { RECEIVED: 1 });
      const found = await store.findMessage(message.messageId);
      assert.deepEqual(plain(found?.envelope), plain(message.envelope));
    });

    it('§6.5.6 two copies at the same time: one is accepted, one is a duplicate', async () => {
      const { store } = use();
      const message = inbound();
      const copies = Array.from({ length: 2 }, () =>
        store.acceptInbound(message, undefined, event('message.received', message.messageId)),
      );
      const kinds = (await Promise.all(copies)).map(({ kind }) => kind);
      assert.deepEqual(kinds, ['accepted', 'duplicate']);
      assert.deepEqual(await eventTypes(store), ['message.received']);
    });

    it('the same MessageId with another identity is a conflict and changes nothing', async () => {
      const { store } = use();
      const message = inbound();
      await accept(store, message);
      const other = { ...message, identity: 'f'.repeat(64), envelope: octets('<forged/>') };
      const outcome = await store.acceptInbound(other, answer(), event('message.received', message.messageId));
      assert.deepEqual(outcome, { kind: 'conflict' });
      assert.deepEqual(await eventTypes(store), ['message.received']);
      const found = await store.findMessage(message.messageId);
      assert.deepEqual(plain(found?.envelope), plain(message.envelope));
      assert.equal(found?.signal, undefined);
    });

    it('the same MessageId of another sender is another message', async () => {
      const { store } = use();
      const message = inbound();
      await accept(store, message);
      await accept(store, { ...message, fromPartyId: 'urn:osb:oin:00000003000000000000', identity: 'f'.repeat(64) });
      assert.deepEqual((await store.stats()).states, { RECEIVED: 2 });
    });

    it('an asynchronous answer waits in the outbox and goes out once a claim', async () => {
      const { store } = use();
      const message = inbound();
      const ack = answer({ send: ASYNCHRONOUS });
      await store.acceptInbound(message, ack, event('message.received', message.messageId));
      const job = await claimOne(store, T0);
      assert.deepEqual(
        plain({ ...job, lease: undefined }),
        plain({
          lease: undefined,
          ...ASYNCHRONOUS,
          envelope: ack.envelope,
          payloads: [],
          messageId: ack.messageId,
          attempt: 1,
          message: undefined,
        }),
      );
      assert.equal(await store.recordAttempt(job.lease, attempt(job.attempt), { kind: 'done' }), true);
      assert.deepEqual(await claim(store, T0 + 10 * MINUTE), []);
      assert.equal((await store.findMessage(message.messageId))?.state, 'RECEIVED');
    });

    it('§6.5.6 a duplicate puts its asynchronous answer into the outbox again, due at once and only once', async () => {
      const { store } = use();
      const message = inbound();
      const ack = answer({ send: ASYNCHRONOUS });
      const received = event('message.received', message.messageId);
      await store.acceptInbound(message, ack, received);
      const first = await claimOne(store, T0);
      await store.recordAttempt(first.lease, attempt(1), { kind: 'done' });
      const repeat = { ...message, storedAt: T0 + 2 * MINUTE };
      await Promise.all([
        store.acceptInbound(repeat, answer(), received),
        store.acceptInbound(repeat, answer(), received),
      ]);
      assert.deepEqual(await claim(store, repeat.storedAt - 1), []);
      const second = await claimOne(store, repeat.storedAt);
      assert.equal(second.messageId, ack.messageId);
      assert.equal(second.attempt, 2);
      assert.equal(await store.recordAttempt(first.lease, attempt(2), { kind: 'done' }), false);
    });

    it('findInbound answers what is known of a message of this sender, and nothing of an unknown one', async () => {
      const { store } = use();
      const message = inbound();
      const ack = answer({ send: ASYNCHRONOUS });
      await store.acceptInbound(message, ack, event('message.received', message.messageId));
      const known = {
        identity: message.identity,
        cpaId: message.cpaId,
        storedAt: message.storedAt,
        answer: plain(ack),
      };
      assert.deepEqual(plain(await store.findInbound(PARTNER, message.messageId)), { ...known, state: 'RECEIVED' });
      await store.takeInbound(message.messageId, message.storedAt + MINUTE);
      assert.deepEqual(plain(await store.findInbound(PARTNER, message.messageId)), { ...known, state: 'TAKEN' });
      assert.equal(await store.findInbound('another', message.messageId), undefined);
      assert.equal(await store.findInbound(PARTNER, 'another@partner.example'), undefined);
    });

    it('a MessageId of two senders: each is found and taken by naming the sender; without, MESSAGE_AMBIGUOUS', async () => {
      const { store } = use();
      const other = 'urn:osb:oin:00000003000000000000';
      await accept(store, inbound({ messageId: 'same@x' }));
      await accept(store, inbound({ messageId: 'same@x', fromPartyId: other, identity: 'f'.repeat(64) }));
      await assert.rejects(store.findMessage('same@x'), ambiguous);
      await assert.rejects(store.findMessage('same@x', 'in'), ambiguous);
      await assert.rejects(store.takeInbound('same@x', T0), ambiguous);
      assert.deepEqual((await store.stats()).states, { RECEIVED: 2 });
      for (const sender of [PARTNER, other]) {
        assert.equal((await store.findMessage('same@x', 'in', sender))?.fromPartyId, sender);
        assert.equal((await store.findMessage('same@x', undefined, sender))?.state, 'RECEIVED');
        assert.equal(await store.takeInbound('same@x', T0, sender), 'taken');
        assert.equal(await store.takeInbound('same@x', T0, sender), 'already');
        assert.equal((await store.findMessage('same@x', 'in', sender))?.state, 'TAKEN');
      }
      assert.equal(await store.findMessage('same@x', 'in', 'a third'), undefined);
      assert.equal(await store.takeInbound('same@x', T0, 'a third'), 'unknown');
    });

    it('takeInbound answers taken once, with one event, then already; unknown for what is not there', async () => {
      const { store } = use();
      const message = inbound();
      await accept(store, message);
      const taken = Array.from({ length: 3 }, () => store.takeInbound(message.messageId, T0 + 7));
      assert.deepEqual(await Promise.all(taken), ['taken', 'already', 'already']);
      assert.equal(await store.takeInbound('unknown@partner.example', T0), 'unknown');
      assert.deepEqual(await eventTypes(store), ['message.received', 'message.taken']);
      const found = await store.findMessage(message.messageId);
      assert.deepEqual([found?.state, found?.stateAt], ['TAKEN', T0 + 7]);
      assert.deepEqual((await store.stats()).states, { TAKEN: 1 });
    });

    it('what was accepted is there after the store was closed and opened again', async function () {
      const { store, reopen } = use();
      skipUnless(this, reopen !== undefined, 'this store forgets');
      if (reopen === undefined) return;
      const message = inbound({ payloads: [inlinePart('inhoud')] });
      await accept(store, message);
      const opened = await reopen();
      assert.deepEqual(plain((await opened.findMessage(message.messageId))?.payloads), plain(message.payloads));
    });
  });
}
