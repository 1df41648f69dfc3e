import type { ErrorCode } from '../../../errors.ts';
import type { NewEvent, Page, Refusal, SignalRecord } from '../../../ports/store.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Database, Query } from '../database.ts';
import { insertEvent } from './events.ts';

export interface Note {
  readonly refusal: Refusal | undefined;
  readonly event: NewEvent | undefined;
  readonly signal: SignalRecord | undefined;
  readonly now: number;
}

export function note(db: Database, { refusal, event, signal, now }: Note): void {
  if (refusal !== undefined) insertRefusal(db, refusal);
  if (event !== undefined) insertEvent(db, event);
  if (signal !== undefined) enqueueSignal(db, signal, now);
}

function enqueueSignal(db: Database, signal: SignalRecord, now: number): void {
  if (signal.send === undefined) throw new Error('a signal that is noted needs an endpoint');
  db.run(
    'INSERT INTO outbox (signal_id, octets, endpoint, lane, due_at) VALUES (?, ?, ?, ?, ?)',
    signal.messageId,
    signal.envelope,
    signal.send.endpoint,
    signal.send.lane,
    now,
  );
}

function insertRefusal(db: Database, refusal: Refusal): void {
  db.run(
    `INSERT INTO refusal (id, at, code, location, detail, remote, message_id, cpa_id, from_party_id, sample)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    refusal.id,
    refusal.at,
    refusal.code,
    refusal.location,
    refusal.detail,
    refusal.remote,
    refusal.messageId,
    refusal.cpaId,
    refusal.fromPartyId,
    refusal.sample,
  );
}

interface RefusalRow {
  readonly sequence: number;
  readonly id: string;
  readonly at: number;
  readonly code: ErrorCode;
  readonly location: string | null;
  readonly detail: string | null;
  readonly remote: string | null;
  readonly message_id: string | null;
  readonly cpa_id: string | null;
  readonly from_party_id: string | null;
  readonly sample: Uint8Array;
}

const REFUSALS: Query<RefusalRow> = {
  sql: `SELECT sequence, id, at, code, location, detail, remote, message_id, cpa_id, from_party_id, sample
        FROM refusal WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
};

/** Newest first. */
export function listRefusals(db: Database, query: { readonly cursor?: string; readonly limit: number }): Page<Refusal> {
  const [before] = query.cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(query.cursor, 1);
  const rows = db.all(REFUSALS, before, query.limit + 1);
  const last = rows[query.limit - 1];
  const more = rows.length > query.limit && last !== undefined;
  return { items: rows.slice(0, query.limit).map(toRefusal), next: more ? writeCursor([last.sequence]) : undefined };
}

function toRefusal(row: RefusalRow): Refusal {
  return {
    id: row.id,
    at: row.at,
    code: row.code,
    location: row.location ?? undefined,
    detail: row.detail ?? undefined,
    remote: row.remote ?? undefined,
    messageId: row.message_id ?? undefined,
    cpaId: row.cpa_id ?? undefined,
    fromPartyId: row.from_party_id ?? undefined,
    sample: row.sample,
  };
}
