import assert from 'node:assert/strict';
import type { AcceptOutcome, HandoverJob, InboundRecord, ReplyTo } from '../../../src/ports/store.ts';
import { event, inbound, MINUTE, outbound, plain, T0 } from './records.ts';
import type { UseStore } from './store-under-test.ts';

const QUEUE: ReplyTo = { destination: 'amqp', address: 'zaak.antwoorden', correlationId: 'zaak 12' };

export function exerciseReplies(use: UseStore): void {
  const request = async (messageId: string, conversationId: string, replyTo?: ReplyTo): Promise<void> => {
    const record = outbound({ messageId, conversationId, ...(replyTo === undefined ? {} : { replyTo }) });
    assert.equal((await use().store.submitOutbound(record)).kind, 'submitted');
  };
  const arrive = (more: Partial<InboundRecord>): Promise<AcceptOutcome> => {
    const message = inbound(more);
    return use().store.acceptInbound(message, undefined, event('message.received', message.messageId));
  };
  const waiting = async (): Promise<readonly HandoverJob[]> => {
    const terms = { destinations: ['amqp'], now: T0 + MINUTE, leaseMs: MINUTE, limit: 10, octets: 1000 };
    return (await use().store.handovers.claim(terms)).jobs;
  };

  describe('where the response to a message goes', () => {
    it('is found with the request, and given to the response that names it, in the place of its own destination', async () => {
      await request('vraag@x', 'c1', QUEUE);
      assert.deepEqual(plain((await use().store.findMessage('vraag@x'))?.replyTo), QUEUE);
      const outcome = await arrive({ messageId: 'antwoord@x', refToMessageId: 'vraag@x', destination: 'inbox' });
      assert.deepEqual(outcome, { kind: 'accepted', destination: 'amqp' });
      const [job] = await waiting();
      const { address, correlationId } = QUEUE;
      assert.deepEqual(plain(job?.replyTo), { address, correlationId });
      assert.equal((await use().store.findMessage('antwoord@x'))?.destination, 'amqp');
    });

    it('is nobody else to have: not another partner or contract, nor who names another message, or none', async () => {
      await request('vraag@x', 'c1', QUEUE);
      const strangers: readonly Partial<InboundRecord>[] = [
        { refToMessageId: 'vraag@x', fromPartyId: 'urn:osb:oin:00000003000000000000' },
        { refToMessageId: 'vraag@x', cpaId: 'another' },
        { refToMessageId: 'een-ander@x', conversationId: 'c1' },
        { refToMessageId: undefined, conversationId: 'c1' },
      ];
      for (const stranger of strangers) assert.deepEqual(await arrive(stranger), { kind: 'accepted' });
      assert.deepEqual(await waiting(), []);
    });

    it('holds for ordered messages too', async () => {
      await request('vraag@x', 'c1', QUEUE);
      const order = { number: 0, reset: true, maxHeld: 10 };
      await arrive({ messageId: 'antwoord@x', refToMessageId: 'vraag@x', order });
      const [job] = await waiting();
      assert.equal(job?.replyTo?.address, QUEUE.address);
    });
  });
}
