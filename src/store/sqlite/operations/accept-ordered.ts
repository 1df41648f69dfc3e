import type { AcceptOutcome, InboundOrder, InboundRecord, NewEvent, ReplyTo } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { after, distance, findConversation, insertPlace, openConversation, setNext } from './conversations.ts';
import type { ConversationRow } from './conversations.ts';
import { insertEvent, readEvent, writeEvent } from './events.ts';
import { insertHandover, releaseHandover } from './handovers.ts';

export interface Ordered {
  readonly message: InboundRecord;
  readonly order: InboundOrder;
  readonly event: NewEvent;
  readonly reply: ReplyTo | undefined;
}

type Place = Exclude<AcceptOutcome, { readonly kind: 'duplicate' | 'conflict' }>;

/**
 * Puts a message at its place in the conversation; `insert` stores it, and is called only when it has one. A Reset
 * begins anew when nothing waits: a sender may reset only when all that it sent before is confirmed. @spec ebMS2 §9.1.1
 */
export function acceptOrdered(db: Database, ordered: Ordered, insert: () => number): AcceptOutcome {
  const known = findConversation(db, ordered.message, 'in');
  const place = placeOf(db, ordered.order, known);
  if (place.kind === 'out-of-order') return place;
  const message = insert();
  const conversation = known ?? openConversation(db, ordered.message, 'in');
  const { number } = ordered.order;
  const { destination } = ordered.message;
  const held = place.kind === 'held';
  const { event, reply } = ordered;
  insertHandover(db, { message, destination, at: event.at, conversation: conversation.id, held, reply });
  if (place.kind === 'held') {
    insertPlace(db, { message, conversation: conversation.id, number, event: writeEvent(ordered.event) });
    tellGap(db, { ...conversation, next: place.expected }, { ...ordered.event, number });
    return place;
  }
  insertPlace(db, { message, conversation: conversation.id, number });
  insertEvent(db, ordered.event, message);
  release(db, conversation, { from: after(number), at: ordered.event.at });
  return place;
}

function placeOf(db: Database, order: InboundOrder, known: ConversationRow | undefined): Place {
  const { number, reset, maxHeld } = order;
  const begun = typeof known?.next === 'number';
  const expected = known?.next ?? 0;
  const held = known === undefined ? 0 : heldIn(db, known.id);
  if (reset) return !begun || held === 0 ? { kind: 'accepted' } : refused('used', expected);
  const ahead = distance(expected, number);
  // Before the Reset came nothing can be next: 0 with status Continue comes only after 99999999.
  if (ahead < 0 || (ahead === 0 && !begun)) return refused('used', expected);
  if (ahead === 0) return { kind: 'accepted' };
  if (known !== undefined && heldAt(db, known.id, number) !== undefined) return refused('used', expected);
  return held >= maxHeld ? refused('full', expected) : { kind: 'held', expected };
}

function refused(why: 'used' | 'full', expected: number): Place {
  return { kind: 'out-of-order', why, expected };
}

/** Hands over what follows without a gap, and tells of the next gap where one is left. */
function release(db: Database, { id, gap }: ConversationRow, { from, at }: { from: number; at: number }): void {
  let next = from;
  for (let held = heldAt(db, id, next); held !== undefined; held = heldAt(db, id, next)) {
    db.run('UPDATE message_order SET event = NULL WHERE message = ?', held.message);
    insertEvent(db, { ...readEvent(held.event), at }, held.message);
    releaseHandover(db, held.message, at);
    next = after(next);
  }
  setNext(db, id, next);
  const waiting = db.get(LOWEST, id);
  if (waiting !== undefined)
    tellGap(db, { id, next, gap }, { ...readEvent(waiting.event), at, number: waiting.number });
}

/** Once a gap: who waits longest is named, and which number it waits for. */
function tellGap(
  db: Database,
  { id, next, gap }: ConversationRow,
  { number, ...event }: NewEvent & { readonly number: number },
): void {
  if (next === null || gap === next) return;
  insertEvent(db, { ...event, type: 'message.held', data: { ...event.data, expected: next, got: number } });
  db.run('UPDATE conversation SET gap = ? WHERE id = ?', next, id);
}

interface HeldRow {
  readonly message: number;
  readonly number: number;
  readonly event: string;
}

const HELD_AT: Query<HeldRow> = {
  sql: 'SELECT message, number, event FROM message_order WHERE conversation = ? AND number = ? AND event IS NOT NULL',
};

/** The lowest number; the turn after 99999999 is left out of account, since only the event says it. */
const LOWEST: Query<HeldRow> = {
  sql: `SELECT message, number, event FROM message_order
        WHERE conversation = ? AND event IS NOT NULL ORDER BY number LIMIT 1`,
};

const HELD: Query<{ readonly count: number }> = {
  sql: 'SELECT count(*) AS count FROM message_order WHERE conversation = ? AND event IS NOT NULL',
};

function heldAt(db: Database, conversation: number, number: number): HeldRow | undefined {
  return db.get(HELD_AT, conversation, number);
}

function heldIn(db: Database, conversation: number): number {
  return db.get(HELD, conversation)?.count ?? 0;
}
