import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import type { MessageQuery, RefusalQuery, Store } from '../../../src/ports/store.ts';
import type { UseStore } from './store-under-test.ts';
import { accept, event, inbound, outbound, plain, refusal, T0 } from './records.ts';

export function exerciseLists(use: UseStore): void {
  describe('lists', () => {
    it('messages come newest first, page by page, each exactly once', async () => {
      const { store } = use();
      for (let i = 0; i < 7; i++)
        await accept(store, inbound({ messageId: `${i}@x`, storedAt: T0 + Math.floor(i / 3) }));
      const pages = await allPages(store, { limit: 3 });
      assert.deepEqual(pages, [['6@x', '5@x', '4@x'], ['3@x', '2@x', '1@x'], ['0@x']]);
    });

    it('a page that is exactly full is the last one when nothing follows', async () => {
      const { store } = use();
      for (let i = 0; i < 2; i++) await accept(store, inbound());
      assert.equal((await store.listMessages({ limit: 2 })).next, undefined);
      assert.deepEqual(await store.listMessages({ limit: 2, cpaId: 'none' }), { items: [], next: undefined });
    });

    it('messages that arrive between two pages do not shift the second', async () => {
      const { store } = use();
      for (let i = 0; i < 4; i++) await accept(store, inbound({ messageId: `${i}@x`, storedAt: T0 + i }));
      const first = await store.listMessages({ limit: 2 });
      await accept(store, inbound({ messageId: 'new@x', storedAt: T0 + 9 }));
      const second = await store.listMessages({ limit: 2, cursor: first.next ?? assert.fail('no second page') });
      assert.deepEqual(ids(second), ['1@x', '0@x']);
    });

    it('every filter chooses, alone and together', async () => {
      const { store } = use();
      await accept(store, inbound({ messageId: 'a@x', cpaId: 'cpa-2', storedAt: T0 }));
      await accept(store, inbound({ messageId: 'b@x', service: 'other', storedAt: T0 + 1 }));
      await accept(store, inbound({ messageId: 'c@x', action: 'other', storedAt: T0 + 2 }));
      await accept(store, inbound({ messageId: 'd@x', conversationId: 'other', storedAt: T0 + 3 }));
      await store.submitOutbound(outbound({ messageId: 'e@x', storedAt: T0 + 4 }));
      await store.takeInbound('d@x', T0);
      const chosen = async (query: Partial<MessageQuery>): Promise<readonly string[]> =>
        ids(await store.listMessages({ limit: 10, ...query }));
      assert.deepEqual(await chosen({ cpaId: 'cpa-2' }), ['a@x']);
      assert.deepEqual(await chosen({ service: 'other' }), ['b@x']);
      assert.deepEqual(await chosen({ action: 'other' }), ['c@x']);
      assert.deepEqual(await chosen({ conversationId: 'other' }), ['d@x']);
      assert.deepEqual(await chosen({ direction: 'out' }), ['e@x']);
      assert.deepEqual(await chosen({ state: 'TAKEN' }), ['d@x']);
      assert.deepEqual(await chosen({ since: T0 + 1, until: T0 + 3 }), ['c@x', 'b@x']);
      assert.deepEqual(await chosen({ state: 'RECEIVED', direction: 'in', cpaId: 'cpa-1', since: T0 + 2 }), ['c@x']);
    });

    it('q finds a part of MessageId, conversation, party or action, and takes no character for a wildcard', async () => {
      const { store } = use();
      await accept(store, inbound({ messageId: '100%_sure\\x@x' }));
      await accept(store, inbound({ messageId: 'plain@x', action: 'BevestigOntvangst', conversationId: 'zaak-77' }));
      const found = async (q: string): Promise<readonly string[]> => ids(await store.listMessages({ limit: 10, q }));
      assert.deepEqual(await found('0%_s'), ['100%_sure\\x@x']);
      assert.deepEqual(await found('re\\x'), ['100%_sure\\x@x']);
      assert.deepEqual(await found('0__s'), []);
      assert.deepEqual(await found('%'), ['100%_sure\\x@x']);
      assert.deepEqual(await found('zaak-77'), ['plain@x']);
      assert.deepEqual(await found('bevestig'), ['plain@x']);
      assert.equal((await found('urn:osb:oin:00000002')).length, 2);
      assert.equal((await found('')).length, 2);
      assert.deepEqual(await found("' OR 1=1 --"), []);
    });

    it('a cursor that no page gave is refused as REQUEST_INVALID', async () => {
      const { store } = use();
      for (const cursor of ['', 'x', 'MS4y=', Buffer.from('1.2.3').toString('base64url'), '../../etc']) {
        await assert.rejects(store.listMessages({ limit: 2, cursor }), invalid);
        await assert.rejects(store.listRefusals({ limit: 2, cursor }), invalid);
      }
    });

    it('events come in the order they happened, after a sequence, with ids of their own', async () => {
      const { store } = use();
      for (let i = 0; i < 5; i++) await store.note({ event: event('cpa.activated', undefined, { at: T0 - i }) });
      const first = await store.listEvents(0, 3);
      const rest = await store.listEvents(first.at(-1)?.sequence ?? 0, 10);
      assert.deepEqual(
        [...first, ...rest].map(({ at }) => T0 - at),
        [0, 1, 2, 3, 4],
      );
      assert.equal(new Set([...first, ...rest].map(({ id }) => id)).size, 5);
      assert.deepEqual(await store.listEvents(rest.at(-1)?.sequence ?? 0, 10), []);
    });

    it('events about one message are those of its id, direction and CPA, in order, page by page', async () => {
      const { store } = use();
      const about = { messageId: 'one@x', direction: 'in', cpaId: 'cpa-1', after: 0, limit: 2 } as const;
      const others = [
        event('message.received', 'two@x'),
        event('message.received', 'one@x', { direction: 'out' }),
        event('message.received', 'one@x', { cpaId: 'cpa-2' }),
        event('message.received', 'one@x', { cpaId: undefined, direction: undefined }),
      ];
      const own = (['message.received', 'alert.duplicate-conflict', 'message.taken'] as const).map((type) =>
        event(type, 'one@x'),
      );
      for (const [index, one] of own.entries())
        for (const entry of [one, ...others.slice(index)]) await store.note({ event: entry });
      const first = await store.listEventsAbout(about);
      const rest = await store.listEventsAbout({ ...about, after: first.at(-1)?.sequence ?? 0 });
      assert.deepEqual(
        [first, rest].map((page) => page.map(({ type }) => type)),
        [['message.received', 'alert.duplicate-conflict'], ['message.taken']],
      );
      const [all] = await store.listEvents(0, 1);
      assert.deepEqual(first[0], all);
    });

    it('events from before their message was stored, and from after, come in one order', async () => {
      const { store } = use();
      const about = { messageId: 'late@x', direction: 'in', cpaId: 'cpa-1', limit: 2 } as const;
      await store.note({ event: event('alert.message-refused', 'late@x') });
      await accept(store, inbound({ messageId: 'late@x' }));
      await store.takeInbound('late@x', T0);
      const first = await store.listEventsAbout({ ...about, after: 0 });
      const rest = await store.listEventsAbout({ ...about, after: first.at(-1)?.sequence ?? 0 });
      assert.deepEqual(
        [first, rest].map((page) => page.map(({ type }) => type)),
        [['alert.message-refused', 'message.received'], ['message.taken']],
      );
    });

    it('refusals come newest first, page by page, as they were noted', async () => {
      const { store } = use();
      const noted = Array.from({ length: 5 }, (_, i) => refusal({ at: T0 + i, messageId: `${i}@x`, cpaId: 'cpa-1' }));
      for (const entry of noted) await store.note({ refusal: entry, event: event('alert.message-refused', undefined) });
      const first = await store.listRefusals({ limit: 3 });
      const second = await store.listRefusals({ limit: 3, cursor: first.next ?? assert.fail('no second page') });
      assert.deepEqual(plain([...first.items, ...second.items]), plain(noted.toReversed()));
      assert.equal(second.next, undefined);
      assert.equal((await store.listEvents(0, 10)).length, 5);
    });

    it('refusals are found by id, by code and since when, page by page', async () => {
      const { store } = use();
      const codes = ['CPA_UNKNOWN', 'SIGNATURE_INVALID', 'CPA_UNKNOWN', 'CPA_UNKNOWN'] as const;
      const noted = codes.map((code, i) => refusal({ id: `r${i}`, at: T0 + i, code }));
      for (const entry of noted) await store.note({ refusal: entry });
      const found = async (query: Omit<RefusalQuery, 'limit'>, limit = 2): Promise<string> => {
        const { items, next } = await store.listRefusals({ ...query, limit });
        const more = next === undefined ? '' : ` ${await found({ ...query, cursor: next }, limit)}`;
        return items.map(({ id }) => id).join(' ') + more;
      };
      assert.equal(await found({ code: 'CPA_UNKNOWN' }), 'r3 r2 r0');
      assert.equal(await found({ code: 'CPA_UNKNOWN', since: T0 + 1 }, 1), 'r3 r2');
      assert.equal(await found({ since: T0 + 1 }), 'r3 r2 r1');
      assert.equal(await found({ id: 'r1' }), 'r1');
      assert.equal(await found({ id: 'nope' }), '');
    });
  });
}

function invalid(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'REQUEST_INVALID';
}

function ids(page: { readonly items: readonly { readonly messageId: string }[] }): readonly string[] {
  return page.items.map(({ messageId }) => messageId);
}

async function allPages(store: Store, query: MessageQuery): Promise<readonly (readonly string[])[]> {
  const page = await store.listMessages(query);
  if (page.next === undefined) return [ids(page)];
  return [ids(page), ...(await allPages(store, { ...query, cursor: page.next }))];
}
