import { newId } from '../../../ids.ts';
import type { Direction, EventsAbout, EventType, MessageOwner, NewEvent, StoredEvent } from '../../../ports/store.ts';
import { type Database, LIMIT, type Query } from '../database.ts';
import { ownedBy } from './owner.ts';

export function insertEvent(db: Database, event: NewEvent): void {
  db.run(
    'INSERT INTO event (id, type, at, message_id, direction, cpa_id, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
    newId(),
    event.type,
    event.at,
    event.messageId,
    event.direction,
    event.cpaId,
    JSON.stringify(event.data),
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

const ABOUT: Query<EventRow> = {
  sql: `SELECT ${EVENT_COLUMNS} FROM event e WHERE e.message_id = ? AND e.direction = ? AND e.cpa_id = ?
          AND e.sequence > ? ORDER BY e.sequence ${LIMIT}`,
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
            SELECT 1 FROM message m WHERE m.message_id = event.message_id AND m.direction = event.direction
              AND m.cpa_id = event.cpa_id AND ${own.sql}) AS own
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
