import { toDateTime } from '../../clock.ts';
import type { MessageDetail, NewEvent, Store, StoredEvent } from '../../ports/store.ts';

/** `events.json`: every event of the message, in the order they were stored. Times in RFC 3339. */
export interface EvidenceEvents {
  readonly messageId: string;
  /** false: there were more than an export holds. */
  readonly complete: boolean;
  readonly events: readonly EvidenceEvent[];
}

export interface EvidenceEvent {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly data: NewEvent['data'];
}

const PAGE = 500;
/** A partner that repeats another message under a known id stores an event each time. */
const MOST = 10_000;

/** A message, and the events of the state that it is in: it may move on between the two questions. */
export async function messageWithEvents(
  find: () => Promise<MessageDetail>,
  store: Pick<Store, 'listEventsAbout'>,
): Promise<{ readonly message: MessageDetail; readonly events: EvidenceEvents }> {
  for (let message = await find(); ; ) {
    const events = await eventsOf(message, store);
    const again = await find();
    if (again.state === message.state) return { message, events };
    message = again;
  }
}

/** Of a received message those alone that are about its sender. */
async function eventsOf(
  { messageId, direction, cpaId, fromPartyId }: MessageDetail,
  store: Pick<Store, 'listEventsAbout'>,
): Promise<EvidenceEvents> {
  const events: StoredEvent[] = [];
  let page: readonly StoredEvent[];
  do {
    const after = events.at(-1)?.sequence ?? 0;
    page = await store.listEventsAbout({ messageId, direction, cpaId, after, limit: PAGE });
    events.push(...page);
  } while (page.length === PAGE && events.length < MOST);
  const own = events.filter(({ data: { from } }) => direction === 'out' || from === undefined || from === fromPartyId);
  return {
    messageId,
    complete: page.length < PAGE,
    events: own.map(({ sequence, id, type, at, data }) => ({ sequence, id, type, time: toDateTime(at), data })),
  };
}
