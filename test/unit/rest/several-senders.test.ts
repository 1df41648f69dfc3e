import assert from 'node:assert/strict';
import { event, inbound, inlinePart, PARTNER } from '../../conformance/store/records.ts';
import { json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

const OTHER = 'urn:osb:oin:00000003000000000000';

const order = (number: number): Parameters<typeof inbound>[0] => ({
  messageId: `${number}@x`,
  order: { number, reset: number === 0, maxHeld: 9 },
});

describe('received messages over REST', () => {
  let rest: RestGateway;
  beforeEach(async () => {
    rest = await openRestGateway();
  });
  afterEach(() => rest.close());

  const receive = async (more: Parameters<typeof inbound>[0]): Promise<void> => {
    const message = inbound(more);
    await rest.store.acceptInbound(message, undefined, event('message.received', message.messageId));
  };
  const codeOf = async (path: string, init?: RequestInit): Promise<readonly unknown[]> => {
    const response = await rest.fetch(`/api/v1/messages/${path}`, init);
    return [response.status, (await json(response))['code']];
  };
  const inbox = async (): Promise<readonly { messageId: string; fromPartyId: string }[]> =>
    (await json<{ items: { messageId: string; fromPartyId: string }[] }>(await rest.fetch('/api/v1/inbox'))).items;

  it('one MessageId of two senders: both are in the inbox, read and taken with ?from=; without, MESSAGE_AMBIGUOUS', async () => {
    await receive({ messageId: 'same@x', payloads: [inlinePart('van een')] });
    await receive({ messageId: 'same@x', fromPartyId: OTHER, payloads: [inlinePart('van twee')] });
    const ambiguous = [409, 'MESSAGE_AMBIGUOUS'];
    const id = encodeURIComponent('same@x');
    for (const path of ['', '/attempts', '/raw', '/payloads/1', '/evidence'])
      assert.deepEqual(await codeOf(`${id}${path}`), ambiguous, path);
    assert.deepEqual(await codeOf(`${id}/taken`, { method: 'POST' }), ambiguous);
    assert.equal((await inbox()).length, 2);
    for (const { fromPartyId } of await inbox()) {
      // As the API takes parties everywhere: whole, or the bare OIN.
      for (const from of [fromPartyId, fromPartyId.replace('urn:osb:oin:', '')]) {
        const query = `?from=${encodeURIComponent(from)}`;
        const found = await json<{ fromPartyId: string; payloads: { href: string }[] }>(
          await rest.fetch(`/api/v1/messages/${id}${query}`),
        );
        assert.equal(found.fromPartyId, fromPartyId);
        const text = await (await rest.fetch(found.payloads[0]?.href ?? '')).text();
        assert.equal(text, fromPartyId === PARTNER ? 'van een' : 'van twee');
        const taken = await rest.fetch(`/api/v1/messages/${id}/taken${query}`, { method: 'POST' });
        assert.deepEqual([taken.status, (await json(taken))['state']], [200, 'TAKEN']);
      }
    }
    assert.deepEqual(await inbox(), []);
    assert.deepEqual(await codeOf(`${id}?from=${encodeURIComponent('urn:osb:oin:9')}`), [404, 'NOT_FOUND']);
  });

  it('§9.1.1 one that waits for an earlier one is listed as held, not in the inbox, and taking it is MESSAGE_HELD', async () => {
    await receive(order(1));
    assert.deepEqual(await inbox(), []);
    const list = await json<{ items: Record<string, unknown>[] }>(await rest.fetch('/api/v1/messages?held=true'));
    const [{ held, sequenceNumber, state, nextAttemptAt } = {}] = list.items;
    assert.deepEqual([held, sequenceNumber, state, nextAttemptAt], [true, 1, 'RECEIVED', null]);
    assert.deepEqual(await codeOf(`${encodeURIComponent('1@x')}/taken`, { method: 'POST' }), [409, 'MESSAGE_HELD']);
    await receive(order(0));
    assert.deepEqual((await inbox()).map(({ messageId }) => messageId).sort(), ['0@x', '1@x']);
    assert.equal((await json<{ items: object[] }>(await rest.fetch('/api/v1/messages?held=true'))).items.length, 0);
  });
});
