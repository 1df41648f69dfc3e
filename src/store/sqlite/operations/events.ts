import { newId } from '../../../ids.ts';
import type { Direction, EventsAbout, EventType, MessageOwner, NewEvent, StoredEvent } from '../../../ports/store.ts';
import { type Database, LIMIT, type Query } from '../database.ts';
import { MESSAGE_BY_ID } from './message-rows.ts';
import { ownedBy } from './owner.ts';

/** `message` is the row that it is about, where that is known: else it is looked up. */
export function insertEvent(db: Database, event: NewEvent, message?: number): void {
  db.run(
    `INSERT INTO event (id, type, at, message_id, direction, cpa_id, data, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
       coalesce(?8, (SELECT id FROM ${MESSAGE_BY_ID} WHERE message_id = ?4 AND direction = ?5 AND cpa_id = ?6)))`,
    newId(),
    event.type,
    event.at,
    event.messageId,
    event.direction,
    event.cpaId,
    JSON.stringify(event.data),
    message,
  );
}

export interface EventRow {
  readonly sequence: number;
  readonly id: string;
  readonly type: EventType;
  readonly at: number;
  readonly message_id: string | null;
  readonly direction: Direction | null;
  readonly cpa_id: string | null;
  readonly data: string;
}

export const EVENT_COLUMNS = 'e.sequence, e.id, e.type, e.at, e.message_id, e.direction, e.cpa_id, e.data';

const EVENTS: Query<EventRow> = {
  sql: `SELECT ${EVENT_COLUMNS} FROM event e WHERE e.sequence > ? ORDER BY e.sequence ${LIMIT}`,
};

export function listEvents(
  db: Database,
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly StoredEvent[] {
  return db.all(EVENTS, after, limit).map(toEvent);
}

/** Those from before it was stored, such as that a first attempt was refused, have no row to name. */
const ABOUT: Query<EventRow> = {
  sql: `SELECT ${EVENT_COLUMNS} FROM event e WHERE e.sequence > ?4 AND e.message IN
          (SELECT id FROM ${MESSAGE_BY_ID} WHERE message_id = ?1 AND direction = ?2 AND cpa_id = ?3)
        UNION ALL
        SELECT ${EVENT_COLUMNS} FROM event e WHERE e.sequence > ?4
          AND e.message IS NULL AND e.message_id = ?1 AND e.direction = ?2 AND e.cpa_id = ?3
        ORDER BY e.sequence LIMIT ?5 + 0`,
};

export function listEventsAbout(
  db: Database,
  { messageId, direction, cpaId, after, limit }: EventsAbout,
): readonly StoredEvent[] {
  return db.all(ABOUT, messageId, direction, cpaId, after, limit).map(toEvent);
}

/** Looks at no more than `limit` events, so that who owns little costs no more than who owns all. */
export function listEventsOf(
  db: Database,
  { owner, after, limit }: { readonly owner: MessageOwner; readonly after: number; readonly limit: number },
): { readonly events: readonly StoredEvent[]; readonly seen: number; readonly more: boolean } {
  const own = ownedBy(owner, 'm');
  const query: Query<EventRow & { readonly own: number }> = {
    sql: `SELECT sequence, id, type, at, message_id, direction, cpa_id, data, EXISTS (
            SELECT 1 FROM message m INDEXED BY message_key WHERE m.message_id = event.message_id
              AND m.direction = event.direction AND m.cpa_id = event.cpa_id AND ${own.sql}) AS own
          FROM event WHERE sequence > ? ORDER BY sequence ${LIMIT}`,
  };
  const rows = db.all(query, ...own.parameters, after, limit);
  return {
    events: rows.filter((row) => row.own === 1).map(toEvent),
    seen: rows.at(-1)?.sequence ?? after,
    more: rows.length === limit,
  };
}

export function toEvent(row: EventRow): StoredEvent {
  return {
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    at: row.at,
    messageId: row.message_id ?? undefined,
    direction: row.direction ?? undefined,
    cpaId: row.cpa_id ?? undefined,
    data: readData(row.data),
  };
}

/** An event that waits for its moment, as text. */
export function writeEvent(event: NewEvent): string {
  return JSON.stringify(event);
}

export function readEvent(json: string): NewEvent {
  const { messageId, direction, cpaId, ...event }: NewEvent = JSON.parse(json);
  return { ...event, messageId, direction, cpaId };
}

function readData(json: string): NewEvent['data'] {
  const data: NewEvent['data'] = JSON.parse(json);
  return data;
}
