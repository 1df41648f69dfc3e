import { newId } from '../../../ids.ts';
import type { EndedLease, HandoverFailure, HandoverLease, NewEvent, ReplyTo } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { insertEvent } from './events.ts';
import { requireOneSender } from './find-message.ts';

export const INBOX = 'inbox';

/** What an accepted message waits for. `conversation` is that of an ordered one; `held`: earlier ones are not there yet. */
export interface Waiting {
  readonly message: number;
  readonly destination: string;
  readonly at: number;
  readonly conversation?: number;
  readonly held?: boolean;
  readonly reply: ReplyTo | undefined;
}

export function insertHandover(
  db: Database,
  { message, destination, at, conversation, held = false, reply }: Waiting,
): void {
  if (destination === INBOX) return;
  db.run(
    `INSERT INTO handover (message, destination, due_at, conversation, reply_address, reply_correlation)
     VALUES (?, ?, ?, ?, ?, ?)`,
    message,
    destination,
    conversation === undefined ? at : undefined,
    conversation,
    reply?.address,
    reply?.correlationId,
  );
  if (conversation !== undefined && !held) releaseHandover(db, message, at);
}

interface TurnRow {
  readonly destination: string;
  readonly conversation: number;
}

const TURN_OF: Query<TurnRow> = {
  sql: 'SELECT destination, conversation FROM handover WHERE message = ? AND conversation IS NOT NULL',
};

/** Earlier ones of its conversation are there: it takes its turn behind those of them that have the same destination. */
export function releaseHandover(db: Database, message: number, at: number): void {
  const row = db.get(TURN_OF, message);
  if (row === undefined) return;
  db.run(
    `UPDATE handover SET turn = (SELECT coalesce(max(h.turn), 0) + 1 FROM handover h
       WHERE h.conversation = ? AND h.destination = ?) WHERE message = ?`,
    row.conversation,
    row.destination,
    message,
  );
  callNext(db, row, at);
}

/** Who is first in its conversation falls due, unless it is already, or stands still. */
function callNext(db: Database, { conversation, destination }: TurnRow, at: number): void {
  db.run(
    `UPDATE handover SET due_at = ? WHERE due_at IS NULL AND stopped = 0 AND message =
       (SELECT h.message FROM handover h WHERE h.conversation = ? AND h.destination = ? AND h.turn IS NOT NULL
        ORDER BY h.turn LIMIT 1)`,
    at,
    conversation,
    destination,
  );
}

interface HeldRow {
  readonly message: number;
  readonly fence: number;
  readonly destination: string;
  readonly conversation: number | null;
  readonly code: string | null;
}

/** Statements about many messages take their keys as one JSON text: what a statement costs is paid once. */
const HELD: Query<HeldRow> = {
  sql: `SELECT h.message, h.fence, h.destination, h.conversation, h.code
        FROM json_each(?) AS asked CROSS JOIN handover h ON h.message = asked.value`,
};

/** RECEIVED → TAKEN, and the next of each conversation falls due. */
export function confirmHandovers(
  db: Database,
  { leases, now }: { readonly leases: readonly EndedLease[]; readonly now: number },
): readonly boolean[] {
  const asked = JSON.stringify(leases.map(({ message }) => message));
  const rows = new Map(db.all(HELD, asked).map((row) => [row.message, row]));
  const held = leases.map(({ message, fence, letter }) => {
    const row = rows.get(message);
    if (row?.fence !== fence) return undefined;
    // Whoever names a lease twice holds it once.
    rows.delete(message);
    return { ...row, letter };
  });
  const taken = held.filter((row) => row !== undefined);
  if (taken.length > 0) take(db, taken, now);
  return held.map((row) => row !== undefined);
}

type Taken = HeldRow & Pick<EndedLease, 'letter'>;

function take(db: Database, taken: readonly Taken[], now: number): void {
  for (const { message, code, letter } of taken)
    if (letter !== undefined) tellEnd(db, message, { type: 'handover.dead-lettered', at: now, data: { ...letter } });
    else if (code !== null) tellEnd(db, message, { type: 'handover.recovered', at: now, data: {} });
  const keys = JSON.stringify(taken.map(({ message }) => message));
  db.run(
    `INSERT INTO event (id, type, at, message_id, direction, cpa_id, data, message)
     SELECT asked.key, 'message.taken', ?, m.message_id, 'in', m.cpa_id,
       json_object('from', m.from_party_id, 'destination', h.destination), h.message
     FROM json_each(?) AS asked CROSS JOIN handover h ON h.message = asked.value CROSS JOIN message m ON m.id = h.message`,
    now,
    JSON.stringify(Object.fromEntries(taken.map(({ message }) => [newId(), message]))),
  );
  db.run(
    `UPDATE message SET state = 'TAKEN', state_at = ?,
       attempts = (SELECT h.attempts FROM handover h WHERE h.message = message.id)
     WHERE id IN (SELECT value FROM json_each(?))`,
    now,
    keys,
  );
  db.run('DELETE FROM handover WHERE message IN (SELECT value FROM json_each(?))', keys);
  for (const { conversation, destination } of taken)
    if (conversation !== null) callNext(db, { destination, conversation }, now);
}

interface LeasedRow {
  readonly fence: number;
  readonly destination: string;
  readonly attempts: number;
  readonly code: string | null;
  readonly message_id: string;
  readonly cpa_id: string;
  readonly from_party_id: string;
}

const LEASED: Query<LeasedRow> = {
  sql: `SELECT h.fence, h.destination, h.attempts, h.code, m.message_id, m.cpa_id, m.from_party_id
        FROM handover h JOIN message m ON m.id = h.message WHERE h.message = ?`,
};

function tellEnd(db: Database, message: number, { type, at, data }: Pick<NewEvent, 'type' | 'at' | 'data'>): void {
  const row = db.get(LEASED, message);
  if (row === undefined) throw new Error(`message ${message} waits for nothing any more`);
  insertEvent(db, eventOf(row, type, { at, data: { ...data, attempts: row.attempts } }), message);
}

/** The fence moves on, so that this lease cannot be used again. False when it is void. */
export function postponeHandover(
  db: Database,
  { lease, failure }: { readonly lease: HandoverLease; readonly failure: HandoverFailure },
): boolean {
  const row = db.get(LEASED, lease.message);
  if (row?.fence !== lease.fence) return false;
  const { at, dueAt, code, detail } = failure;
  const stopped = dueAt === undefined;
  db.run(
    `UPDATE handover SET due_at = ?, lease_until = 0, fence = fence + 1, stopped = ?, failed_at = ?, code = ?, detail = ?
     WHERE message = ?`,
    dueAt,
    Number(stopped),
    at,
    code,
    detail,
    lease.message,
  );
  db.run('UPDATE message SET attempts = ? WHERE id = ?', row.attempts, lease.message);
  if (row.code === null || stopped) {
    const data = { code, detail: detail ?? '', attempts: row.attempts, stopped };
    insertEvent(db, eventOf(row, 'handover.failed', { at, data }), lease.message);
  }
  return true;
}

function eventOf(
  { message_id: messageId, cpa_id: cpaId, from_party_id: from, destination }: LeasedRow,
  type: NewEvent['type'],
  { at, data }: Pick<NewEvent, 'at' | 'data'>,
): NewEvent {
  return { type, at, messageId, direction: 'in', cpaId, data: { from, destination, ...data } };
}

export function hastenHandovers(
  db: Database,
  { destination, now }: { readonly destination: string; readonly now: number },
): void {
  db.run(
    'UPDATE handover SET due_at = ?2 WHERE destination = ?1 AND lease_until = 0 AND due_at > ?2',
    destination,
    now,
  );
}

interface WaitingRow {
  readonly id: number;
  readonly direction: 'in';
}

const WAITS: Query<WaitingRow> = {
  sql: `SELECT m.id, m.direction FROM message m INDEXED BY message_key JOIN handover h ON h.message = m.id
        WHERE m.message_id = ?1 AND m.from_party_id = coalesce(?2, m.from_party_id) AND m.direction = 'in' LIMIT 2`,
};

export function hastenHandover(
  db: Database,
  {
    messageId,
    now,
    sender,
  }: { readonly messageId: string; readonly now: number; readonly sender?: string | undefined },
): boolean {
  const rows = db.all(WAITS, messageId, sender);
  const [row] = rows;
  if (row === undefined) return false;
  requireOneSender(rows, messageId);
  db.run(
    `UPDATE handover SET due_at = ?, stopped = 0
     WHERE message = ? AND lease_until = 0 AND (due_at IS NOT NULL OR stopped = 1)`,
    now,
    row.id,
  );
  return true;
}
