import { createHash } from 'node:crypto';
import type {
  AuditedEvents,
  AuditedMessage,
  AuditedPayload,
  AuditQuery,
  AuditTotals,
  OrphanedEvent,
} from '../../../ports/audit-source.ts';
import type { Direction, EventType, MessageState } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { MESSAGE_BY_ID, readEnvelope } from './message-rows.ts';

interface CountRow {
  readonly state: MessageState;
  readonly count: number;
}

/** Reads an index from end to end, not the messages. */
const COUNTED: Query<CountRow> = { sql: 'SELECT state, count(*) AS count FROM message GROUP BY state' };
const KEPT: Query<CountRow> = { sql: 'SELECT state, count FROM state_count WHERE count <> 0' };
const LAST: Query<{ readonly last: number | null }> = { sql: 'SELECT max(id) AS last FROM message' };
const LAST_EVENT: Query<{ readonly last: number | null }> = { sql: 'SELECT max(sequence) AS last FROM event' };

/** A row without its message, or the answer to a message that has none. */
const STRAY: Query<{ readonly id: number }> = {
  sql: `
  SELECT o.id FROM outbox o LEFT JOIN message m ON m.id = o.message
  WHERE o.message IS NOT NULL AND (m.id IS NULL
    OR (m.direction = 'in' AND NOT EXISTS (SELECT 1 FROM signal s WHERE s.message = o.message)))
  ORDER BY o.id LIMIT 100`,
};

const DAMAGE: Query<{ readonly quick_check: string }> = { sql: 'PRAGMA quick_check(20)' };

export function auditTotals(db: Database, { damage }: { readonly damage: boolean }): AuditTotals {
  return {
    counted: byState(db.all(COUNTED)),
    kept: byState(db.all(KEPT)),
    strayOutbox: db.all(STRAY).map(({ id }) => id),
    damage: damage ? db.all(DAMAGE).flatMap(({ quick_check: text }) => (text === 'ok' ? [] : [text])) : [],
    last: db.get(LAST)?.last ?? 0,
    lastEvent: db.get(LAST_EVENT)?.last ?? 0,
  };
}

function byState(rows: readonly CountRow[]): AuditTotals['counted'] {
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

const SLICE: Query<{ readonly next: number | null }> = {
  sql: `SELECT max(sequence) AS next FROM
          (SELECT sequence FROM event WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?)`,
};

/** A row number is used again after the newest message was deleted: the MessageId says whose row it is. */
const ORPHANS: Query<OrphanRow> = {
  sql: `
  SELECT e.type, e.at, e.direction, e.message_id FROM event e LEFT JOIN message m ON m.id = e.message
  WHERE e.sequence > ? AND e.sequence <= ? AND m.message_id IS NOT e.message_id
    AND e.type IN ('message.received', 'message.delivered', 'message.failed', 'message.expired', 'message.cancelled')
  ORDER BY e.sequence`,
};

interface OrphanRow extends Omit<OrphanedEvent, 'messageId'> {
  readonly message_id: string;
}

export function auditEvents(db: Database, { after, last, limit }: Omit<AuditQuery, 'digests'>): AuditedEvents {
  const next = db.get(SLICE, after, last, limit)?.next ?? undefined;
  if (next === undefined) return { next, orphans: [] };
  const orphans = db.all(ORPHANS, after, next);
  return { next, orphans: orphans.map(({ message_id: messageId, ...event }) => ({ ...event, messageId })) };
}

interface AuditRow {
  readonly id: number;
  readonly direction: Direction;
  readonly message_id: string;
  readonly from_party_id: string;
  readonly state: MessageState;
  readonly cpa_id: string;
  readonly reliable: number | null;
  readonly signals: number;
  readonly envelopes: number;
  readonly outbox_rows: number;
  readonly destination: string;
  readonly waits: number;
}

const MESSAGES: Query<AuditRow> = {
  sql: `
  SELECT id, direction, message_id, from_party_id, cpa_id, state, destination, reliable,
    EXISTS (SELECT 1 FROM signal s WHERE s.message = message.id) AS signals,
    EXISTS (SELECT 1 FROM handover h WHERE h.message = message.id) AS waits,
    (SELECT count(*) FROM envelope e WHERE e.message = message.id) AS envelopes,
    (SELECT count(*) FROM outbox o WHERE o.message = message.id) AS outbox_rows
  FROM message WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`,
};

const ENDS: Query<{ readonly type: EventType }> = {
  sql: `SELECT type FROM event WHERE message IN (SELECT id FROM ${MESSAGE_BY_ID} WHERE message_id = ? AND direction = 'out')
        AND type IN ('message.delivered', 'message.failed', 'message.expired', 'message.cancelled')`,
};

const ENDED: Query<{ readonly state: MessageState }> = {
  sql: `SELECT state FROM ${MESSAGE_BY_ID} WHERE message_id = ? AND direction = 'out' AND state NOT IN ('QUEUED', 'SENT')`,
};

export function auditMessages(db: Database, { after, last, limit, digests }: AuditQuery): readonly AuditedMessage[] {
  return db.all(MESSAGES, after, last, limit).map((row) => ({
    key: row.id,
    direction: row.direction,
    messageId: row.message_id,
    sender: row.from_party_id,
    state: row.state,
    cpaId: row.cpa_id,
    hasEnvelope: row.envelopes === 1,
    envelope: digests && row.envelopes === 1 ? readEnvelope(db, row.id) : undefined,
    reliable: row.reliable === 1,
    hasSignal: row.signals === 1,
    outboxRows: row.outbox_rows,
    destination: row.destination,
    waits: row.waits === 1,
    ...endsOf(db, row),
    payloads: payloadsOf(db, row.id, digests),
  }));
}

function endsOf(db: Database, { direction, message_id }: AuditRow): Pick<AuditedMessage, 'ends' | 'ended'> {
  if (direction === 'in') return { ends: [], ended: [] };
  const ends = db.all(ENDS, message_id);
  return { ends: ends.map(({ type }) => type), ended: db.all(ENDED, message_id).map(({ state }) => state) };
}

interface PayloadRow {
  readonly ordinal: number;
  readonly size: number;
  readonly sha256: string;
  readonly file: string | null;
  readonly held: number | null;
}

const PAYLOADS: Query<PayloadRow> = {
  sql: 'SELECT ordinal, size, sha256, file, length(octets) AS held FROM payload WHERE message = ? ORDER BY ordinal',
};
const OCTETS: Query<{ readonly octets: Uint8Array | null }> = {
  sql: 'SELECT octets FROM payload WHERE message = ? AND ordinal = ?',
};

function payloadsOf(db: Database, key: number, digests: boolean): readonly AuditedPayload[] {
  return db.all(PAYLOADS, key).map(({ ordinal, size, sha256, file, held }) => ({
    number: ordinal + 1,
    size,
    sha256,
    body: file === null ? { size: held ?? 0, sha256: digests ? digestOf(db, key, ordinal) : undefined } : { file },
  }));
}

/** One at a time: a message may hold many. */
function digestOf(db: Database, key: number, ordinal: number): string {
  const octets = db.get(OCTETS, key, ordinal)?.octets ?? new Uint8Array();
  return createHash('sha256').update(octets).digest('hex');
}
