import type { ErrorCode } from '../../../errors.ts';
import type { NewEvent, Page, Refusal, RefusalQuery, SignalRecord } from '../../../ports/store.ts';
import { pageOf, readCursor } from '../cursor.ts';
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

const CONDITIONS = [
  ['id', 'id = ?'],
  ['code', 'code = ?'],
  ['since', 'at >= ?'],
] as const satisfies readonly (readonly [keyof RefusalQuery, string])[];

/** Newest first. */
export function listRefusals(db: Database, query: RefusalQuery): Page<Refusal> {
  const used = CONDITIONS.filter(([name]) => query[name] !== undefined);
  const [before] = query.cursor === undefined ? [Number.MAX_SAFE_INTEGER] : readCursor(query.cursor, 1);
  const conditions = [...used.map(([, condition]) => condition), 'sequence < ?'].join(' AND ');
  const page: Query<RefusalRow> = {
    sql: `SELECT sequence, id, at, code, location, detail, remote, message_id, cpa_id, from_party_id, sample
          FROM refusal WHERE ${conditions} ORDER BY sequence DESC LIMIT ?`,
  };
  const rows = db.all(page, ...used.map(([name]) => query[name]), before, query.limit + 1);
  return pageOf(rows, query.limit, { item: toRefusal, place: ({ sequence }) => [sequence] });
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
