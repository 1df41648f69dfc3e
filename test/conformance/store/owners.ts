import assert from 'node:assert/strict';
import type { MessageOwner } from '../../../src/ports/store.ts';
import { event, inbound, outbound, PARTNER, US } from './records.ts';
import type { UseStore } from './store-under-test.ts';

const ANY: MessageOwner = { directions: ['in', 'out'], parties: undefined, services: undefined, actions: undefined };
const OTHER = 'urn:osb:oin:00000003000000000000';

/** What an application does not own is not there. */
export function exerciseOwners(use: UseStore): void {
  describe('messages of an owner', () => {
    const owners: readonly (readonly [string, Partial<MessageOwner>, readonly string[]])[] = [
      ['everything', {}, ['in@a', 'out@a', 'other@a']],
      ['one direction', { directions: ['out'] }, ['out@a']],
      ['no direction', { directions: [] }, []],
      ['a party here, as receiver and sender', { parties: [US] }, ['in@a', 'out@a']],
      ['the party on the other side', { parties: [PARTNER] }, []],
      ['two parties', { parties: [OTHER, US] }, ['in@a', 'out@a', 'other@a']],
      ['a service', { services: ['urn:osb:services:iets'] }, ['other@a']],
      ['a service by its value alone', { services: ['iets'] }, ['other@a']],
      ['a service by part of its value', { services: ['ets', 'urn', 'services:iets', 'x:iets', '%'] }, []],
      ['no service', { services: [] }, []],
      ['an action', { actions: ['melden'] }, ['in@a', 'out@a', 'other@a']],
      ['nothing', { actions: [] }, []],
      [
        'all at once',
        { parties: [OTHER], services: ['urn:osb:services:iets'], actions: ['melden'], directions: ['in'] },
        ['other@a'],
      ],
    ];
    for (const [what, more, expected] of owners) {
      it(`who owns ${what} finds, lists and follows that alone`, async () => {
        const { store } = use();
        await store.submitOutbound(outbound({ messageId: 'out@a' }));
        await store.acceptInbound(inbound({ messageId: 'in@a' }), undefined, event('message.received', 'in@a'));
        const other = inbound({ messageId: 'other@a', toPartyId: OTHER, service: 'urn:osb:services:iets' });
        await store.acceptInbound(other, undefined, event('message.received', 'other@a'));
        const owner = { ...ANY, ...more };
        const listed = await store.listMessages({ limit: 10, owner });
        assert.deepEqual(listed.items.map(({ messageId }) => messageId).sort(), [...expected].sort());
        for (const id of ['in@a', 'out@a', 'other@a'])
          assert.equal(
            (await store.findMessage(id, undefined, undefined, owner))?.messageId,
            expected.find((one) => one === id),
          );
        const { events, seen, more: further } = await store.listEventsOf(owner, 0, 10);
        assert.deepEqual(
          events.map(({ messageId }) => messageId),
          ['in@a', 'other@a'].filter((id) => expected.includes(id)),
        );
        assert.deepEqual([seen, further], [(await store.listEvents(0, 10)).at(-1)?.sequence, false]);
      });
    }

    it('a MessageId that another uses too is not ambiguous for who owns one of them', async () => {
      const { store } = use();
      for (const [fromPartyId, toPartyId] of [
        [PARTNER, US],
        [US, OTHER],
      ] as const) {
        const message = inbound({ messageId: 'twice@a', fromPartyId, toPartyId });
        await store.acceptInbound(message, undefined, event('message.received', 'twice@a'));
      }
      await assert.rejects(store.findMessage('twice@a'), { code: 'MESSAGE_AMBIGUOUS' });
      const found = await store.findMessage('twice@a', undefined, undefined, { ...ANY, parties: [OTHER] });
      assert.equal(found?.fromPartyId, US);
    });

    it('pages of events look no further than their limit, and say how far', async () => {
      const { store } = use();
      for (const id of ['een@a', 'twee@a', 'drie@a'])
        await store.acceptInbound(inbound({ messageId: id }), undefined, event('message.received', id));
      const nobody = { ...ANY, actions: [] };
      const { events, seen, more } = await store.listEventsOf(nobody, 0, 2);
      assert.deepEqual([events.length, more], [0, true]);
      assert.deepEqual(await store.listEventsOf(nobody, seen, 2), { events: [], seen: seen + 1, more: false });
    });

    it('who took a message stands in its event', async () => {
      const { store } = use();
      await store.acceptInbound(inbound({ messageId: 'x@a' }), undefined, event('message.received', 'x@a'));
      await store.takeInbound('x@a', 1, undefined, 'zaak');
      assert.equal((await store.listEvents(0, 10)).at(-1)?.data['application'], 'zaak');
    });
  });
}
