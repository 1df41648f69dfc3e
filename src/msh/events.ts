import type { MessageOwner, Store } from '../ports/store.ts';
import type { EventUseCases, UseCases } from './gateway.ts';

/** What happened: to messages of `owner` alone, where one is given. */
export function createEvents(
  store: Store,
  subscribe: EventUseCases['subscribe'],
  owner?: MessageOwner,
): UseCases['events'] {
  const page: EventUseCases['page'] = async (after, limit) => {
    if (owner === undefined) {
      const events = await store.listEvents(after, limit);
      return { events, seen: events.at(-1)?.sequence ?? after, more: events.length === limit };
    }
    return store.listEventsOf(owner, after, limit);
  };
  return { list: async (after, limit) => (await page(after, limit)).events, page, subscribe };
}
