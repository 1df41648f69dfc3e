import { newId } from '../../../ids.ts';
import type { Direction, EventType, NewEvent, StoredEvent } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

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

interface EventRow {
  readonly sequence: number;
  readonly id: string;
  readonly type: EventType;
  readonly at: number;
  readonly message_id: string | null;
  readonly direction: Direction | null;
  readonly cpa_id: string | null;
  readonly data: string;
}

const EVENTS: Query<EventRow> = {
  sql: `SELECT sequence, id, type, at, message_id, direction, cpa_id, data FROM event
        WHERE sequence > ? ORDER BY sequence LIMIT ?`,
};

export function listEvents(
  db: Database,
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly StoredEvent[] {
  return db.all(EVENTS, after, limit).map((row) => ({
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    at: row.at,
    messageId: row.message_id ?? undefined,
    direction: row.direction ?? undefined,
    cpaId: row.cpa_id ?? undefined,
    data: readData(row.data),
  }));
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
