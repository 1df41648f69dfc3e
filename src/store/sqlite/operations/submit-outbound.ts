import type { Lease, OutboundRecord, OutboundState, SubmitOutcome } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { insertEvent } from './events.ts';
import { insertMessage } from './message-rows.ts';

type Idempotency = NonNullable<OutboundRecord['idempotency']>;

export function submitOutbound(db: Database, record: OutboundRecord): SubmitOutcome {
  const { idempotency, resend } = record;
  const repeated = idempotency === undefined ? undefined : findRepeated(db, idempotency);
  if (repeated !== undefined) return repeated;
  const key = insertMessage(db, record, { direction: 'out', state: 'QUEUED', terms: record });
  if (key === undefined) return { kind: 'message-exists' };
  const lease = enqueue(db, key, record);
  if (idempotency !== undefined) insertIdempotency(db, key, idempotency);
  if (resend !== undefined) insertResend(db, key, resend);
  return lease === undefined ? { kind: 'submitted' } : { kind: 'submitted', lease };
}

const FIRST_FENCE = 1;

function enqueue(
  db: Database,
  message: number,
  { endpoint, lane, storedAt, leaseUntil }: OutboundRecord,
): Lease | undefined {
  const outboxId = db.insert(
    'INSERT INTO outbox (message, endpoint, lane, due_at, lease_until, fence) VALUES (?, ?, ?, ?, ?, ?)',
    message,
    endpoint,
    lane,
    storedAt,
    leaseUntil ?? 0,
    leaseUntil === undefined ? 0 : FIRST_FENCE,
  );
  return outboxId === undefined || leaseUntil === undefined ? undefined : { outboxId, fence: FIRST_FENCE };
}

function insertResend(db: Database, message: number, { of, event }: NonNullable<OutboundRecord['resend']>): void {
  db.run('INSERT INTO resend (message, resend_of) VALUES (?, ?)', message, of);
  insertEvent(db, event);
}

const REPEATED: Query<{ readonly digest: string; readonly message_id: string; readonly state: OutboundState }> = {
  sql: `SELECT i.digest, m.message_id, m.state FROM idempotency i JOIN message m ON m.id = i.message
        WHERE i.application = ? AND i.key = ?`,
};

function findRepeated(db: Database, { application, key, digest }: Idempotency): SubmitOutcome | undefined {
  const row = db.get(REPEATED, application, key);
  if (row === undefined) return undefined;
  if (row.digest !== digest) return { kind: 'idempotency-conflict' };
  return { kind: 'repeated', messageId: row.message_id, state: row.state };
}

function insertIdempotency(db: Database, message: number, { application, key, digest }: Idempotency): void {
  db.run(
    'INSERT INTO idempotency (application, key, digest, message) VALUES (?, ?, ?, ?)',
    application,
    key,
    digest,
    message,
  );
}
