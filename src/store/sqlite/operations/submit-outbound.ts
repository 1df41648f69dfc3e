import type {
  Idempotency,
  Lease,
  OrderPlace,
  OutboundRecord,
  OutboundState,
  SubmitOutcome,
} from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { after, findConversation, insertPlace, nextPlace, openConversation, setNext } from './conversations.ts';
import { insertEvent } from './events.ts';
import { insertMessage } from './message-rows.ts';
import { insertReply } from './replies.ts';

export function submitOutbound(db: Database, record: OutboundRecord): SubmitOutcome {
  const { idempotency, resend, bundle } = record;
  const repeated = idempotency === undefined ? undefined : findRepeated(db, idempotency);
  if (repeated !== undefined) return repeated;
  const next = record.order === undefined ? undefined : nextPlace(findConversation(db, record, 'out'));
  if (next !== undefined && !isSamePlace(next, record.order)) return { kind: 'order-conflict', next };
  const key = insertMessage(db, record, { direction: 'out', state: 'QUEUED', terms: record });
  if (key === undefined) return { kind: 'message-exists' };
  if (next !== undefined) takePlace(db, { key, record, place: next });
  const lease = enqueue(db, key, record);
  if (idempotency !== undefined) insertIdempotency(db, key, idempotency);
  if (resend !== undefined) insertResend(db, key, resend);
  insertReply(db, key, record);
  if (bundle !== undefined) db.run('INSERT INTO bundle (message, octets) VALUES (?, ?)', key, bundle);
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
  return outboxId === undefined || leaseUntil === undefined ? undefined : { outboxId, fence: FIRST_FENCE, message };
}

function insertResend(db: Database, message: number, { of, event }: NonNullable<OutboundRecord['resend']>): void {
  db.run('INSERT INTO resend (message, resend_of) VALUES (?, ?)', message, of);
  insertEvent(db, event);
}

/** What a repeat of the request with this key gets; undefined when the key is new. */
export function findSubmitted(db: Database, idempotency: Idempotency): SubmitOutcome | undefined {
  return findRepeated(db, idempotency);
}

function isSamePlace(next: OrderPlace, place: OrderPlace | undefined): boolean {
  return next.number === place?.number && next.reset === place.reset;
}

/** The number is used from here on: with the message, or not at all. @spec ebMS2 §9.1.1 */
function takePlace(
  db: Database,
  { key, record, place }: { readonly key: number; readonly record: OutboundRecord; readonly place: OrderPlace },
): void {
  const { id } = openConversation(db, record, 'out');
  insertPlace(db, { message: key, conversation: id, number: place.number });
  setNext(db, id, after(place.number));
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
