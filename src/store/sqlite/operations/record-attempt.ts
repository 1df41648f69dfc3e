import type { AfterAttempt, Attempt, Lease, OutboundState } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { insertEvent } from './events.ts';

export interface AttemptRecord {
  readonly lease: Lease;
  readonly attempt: Attempt | undefined;
  readonly next: AfterAttempt;
}

interface LeasedRow {
  /** null: a signal of its own. */
  readonly message: number | null;
  readonly direction: 'in' | 'out' | null;
}

const LEASED: Query<LeasedRow> = {
  sql: `SELECT o.message, m.direction FROM outbox o LEFT JOIN message m ON m.id = o.message WHERE o.id = ? AND o.fence = ?`,
};

export function recordAttempt(db: Database, { lease, attempt, next }: AttemptRecord): boolean {
  const row = db.get(LEASED, lease.outboxId, lease.fence);
  if (row === undefined) {
    noteLast(db, lease.message, attempt);
    return false;
  }
  if (attempt !== undefined && row.message !== null) insertAttempt(db, row.message, attempt);
  follow(db, row, { lease, attempt, next });
  return true;
}

const ENDED: Query<unknown> = { sql: "SELECT 1 FROM message WHERE id = ? AND state NOT IN ('QUEUED', 'SENT')" };

/** A receipt by a request of its own, or an operator, ended the message while this attempt was under way. */
function noteLast(db: Database, message: number | undefined, attempt: Attempt | undefined): void {
  if (message === undefined || attempt === undefined || db.get(ENDED, message) === undefined) return;
  insertAttempt(db, message, attempt);
}

/** Notes an attempt that took place; one that is noted already stays as it is. */
export function insertAttempt(db: Database, message: number, attempt: Attempt): void {
  db.run(
    `INSERT INTO attempt (message, number, started_at, ended_at, status, code, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (message, number) DO NOTHING`,
    message,
    attempt.number,
    attempt.startedAt,
    attempt.endedAt,
    attempt.status,
    attempt.code,
    attempt.detail,
  );
  db.run('UPDATE message SET attempts = max(attempts, ?) WHERE id = ?', attempt.number, message);
}

function follow(db: Database, row: LeasedRow, { lease, attempt, next }: AttemptRecord): void {
  if (next.kind === 'wait') {
    // The fence moves on, so that the lease that was recorded cannot be recorded again.
    db.run(
      'UPDATE outbox SET due_at = ?, lease_until = 0, fence = fence + 1, attempts = max(attempts, ?) WHERE id = ?',
      next.dueAt,
      attempt?.number ?? 0,
      lease.outboxId,
    );
    if (next.state === 'SENT' && attempt !== undefined) markSent(db, row, attempt.endedAt);
    return;
  }
  if ((next.kind === 'end') !== (row.direction === 'out')) {
    throw new Error(`'${next.kind}' does not fit an outbox row of direction '${row.direction}'`);
  }
  db.run('DELETE FROM outbox WHERE id = ?', lease.outboxId);
  if (next.kind !== 'end' || row.message === null) return;
  if (endOutbound(db, row.message, { state: next.state, at: next.event.at })) insertEvent(db, next.event, row.message);
}

function markSent(db: Database, { message }: LeasedRow, at: number): void {
  db.run(
    "UPDATE message SET state = 'SENT', state_at = ? WHERE id = ? AND state = 'QUEUED' AND direction = 'out'",
    at,
    message ?? undefined,
  );
}

/** QUEUED or SENT → a final state; false, and nothing changed, when the message has ended already. */
export function endOutbound(
  db: Database,
  message: number,
  { state, at }: { readonly state: OutboundState; readonly at: number },
): boolean {
  const changes = db.run(
    "UPDATE message SET state = ?, state_at = ? WHERE id = ? AND state IN ('QUEUED', 'SENT')",
    state,
    at,
    message,
  );
  return changes > 0;
}
