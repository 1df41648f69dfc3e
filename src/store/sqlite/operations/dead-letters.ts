import type { ErrorCode } from '../../../errors.ts';
import { newId } from '../../../ids.ts';
import type { DeadLetter, DeadLetterQuery, EventFailure, Page } from '../../../ports/store.ts';
import { pageOf, readCursor } from '../cursor.ts';
import { type Database, LIMIT, type Query } from '../database.ts';
import { advanceCursor } from './event-cursors.ts';
import { EVENT_COLUMNS, type EventRow, toEvent } from './events.ts';

export interface Burial {
  readonly subscriber: string;
  readonly sequence: number;
  readonly failure: EventFailure;
}

export function buryEvent(db: Database, { subscriber, sequence, failure }: Burial): void {
  const { at, attempts, code, detail } = failure;
  db.run(
    `INSERT INTO dead_letter (id, subscriber, event, at, attempts, code, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (event, subscriber) DO NOTHING`,
    newId(),
    subscriber,
    sequence,
    at,
    attempts,
    code,
    detail,
  );
  advanceCursor(db, { subscriber, sequence });
}

interface LetterRow extends EventRow {
  readonly key: number;
  readonly letter: string;
  readonly subscriber: string;
  readonly died_at: number;
  readonly attempts: number;
  readonly code: ErrorCode;
  readonly detail: string | null;
  readonly marked: number;
}

const LETTERS = `SELECT d.key, d.id AS letter, d.subscriber, d.at AS died_at, d.attempts, d.code, d.detail, d.marked,
  ${EVENT_COLUMNS} FROM dead_letter d JOIN event e ON e.sequence = d.event`;

export function listDeadLetters(db: Database, query: DeadLetterQuery): Page<DeadLetter> {
  const [before] = query.cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(query.cursor, 1);
  const conditions = [
    ...(query.id === undefined ? [] : ['d.id = ?']),
    ...(query.subscriber === undefined ? [] : ['d.subscriber = ?']),
    'd.key < ?',
  ];
  const page: Query<LetterRow> = {
    sql: `${LETTERS} WHERE ${conditions.join(' AND ')} ORDER BY d.key DESC ${LIMIT}`,
  };
  const given = [query.id, query.subscriber].filter((value) => value !== undefined);
  const rows = db.all(page, ...given, before, query.limit + 1);
  return pageOf(rows, query.limit, { item: toLetter, place: ({ key }) => [key] });
}

export function markDeadLetter(db: Database, { id }: { readonly id: string }): boolean {
  return db.run('UPDATE dead_letter SET marked = 1 WHERE id = ?', id) > 0;
}

const MARKED: Query<LetterRow> = { sql: `${LETTERS} WHERE d.subscriber = ? AND d.marked = 1 ORDER BY d.key ${LIMIT}` };

export function markedDeadLetters(
  db: Database,
  { subscriber, limit }: { readonly subscriber: string; readonly limit: number },
): readonly DeadLetter[] {
  return db.all(MARKED, subscriber, limit).map(toLetter);
}

export function settleDeadLetter(
  db: Database,
  { id, failure }: { readonly id: string; readonly failure: EventFailure | undefined },
): void {
  if (failure === undefined) db.run('DELETE FROM dead_letter WHERE id = ?', id);
  else
    db.run(
      'UPDATE dead_letter SET marked = 0, at = ?, attempts = ?, code = ?, detail = ? WHERE id = ?',
      failure.at,
      failure.attempts,
      failure.code,
      failure.detail,
      id,
    );
}

function toLetter(row: LetterRow): DeadLetter {
  return {
    id: row.letter,
    subscriber: row.subscriber,
    event: toEvent(row),
    at: row.died_at,
    attempts: row.attempts,
    code: row.code,
    detail: row.detail ?? undefined,
    marked: row.marked === 1,
  };
}
