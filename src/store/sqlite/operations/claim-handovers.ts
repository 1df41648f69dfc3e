import type { HandoverClaim, HandoverJob, ReceivedHeader, WaitingHandovers } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { type PurposeRow, readPayloads, toPurpose } from './message-rows.ts';

export interface HandoverTerms {
  readonly destinations: readonly string[];
  readonly now: number;
  readonly leaseMs: number;
  readonly limit: number;
}

interface FreeRow {
  readonly message: number;
  readonly due_at: number;
}

/** One more than is leased tells when it is worth looking again. */
const FREE: Query<FreeRow> = {
  sql: `SELECT message, due_at FROM handover WHERE destination = ? AND lease_until = 0 AND due_at IS NOT NULL
        ORDER BY due_at, rowid LIMIT ?`,
};

const LEASE_END: Query<{ readonly lease_until: number | null }> = {
  sql: 'SELECT min(lease_until) AS lease_until FROM handover WHERE destination = ? AND lease_until > 0',
};

export function claimHandovers(db: Database, terms: HandoverTerms): HandoverClaim {
  db.run('UPDATE handover SET lease_until = 0 WHERE lease_until > 0 AND lease_until <= ?', terms.now);
  const claims = terms.destinations.map((destination) => claimOf(db, destination, terms));
  const times = claims.flatMap(({ nextDue }) => nextDue);
  return { jobs: claims.flatMap(({ jobs }) => jobs), nextDue: times.length === 0 ? undefined : Math.min(...times) };
}

interface DestinationClaim {
  readonly jobs: readonly HandoverJob[];
  readonly nextDue: readonly number[];
}

function claimOf(db: Database, destination: string, terms: HandoverTerms): DestinationClaim {
  const { now, limit } = terms;
  const leaseEnd = db.get(LEASE_END, destination)?.lease_until ?? undefined;
  const free = db.all(FREE, destination, limit + 1);
  const due = free.slice(0, limit).filter((row) => row.due_at <= now);
  const next = free[due.length]?.due_at;
  return {
    jobs: due.map(({ message }) => lease(db, message, terms)),
    nextDue: [...(next === undefined ? [] : [next]), ...(leaseEnd === undefined ? [] : [leaseEnd])],
  };
}

/**
 * As with the outbox: only when the store is opened by a process that has claimed nothing yet. Whoever held a lease is
 * dead; the attempt counts, for the destination may have the message.
 */
export function releaseHandovers(db: Database): void {
  db.run('UPDATE handover SET lease_until = 0, fence = fence + 1 WHERE lease_until > 0');
}

interface JobRow extends PurposeRow {
  readonly destination: string;
  readonly fence: number;
  readonly attempts: number;
  readonly message_id: string;
  readonly conversation_id: string;
  readonly ref_to_message_id: string | null;
  readonly timestamp: number;
  readonly stored_at: number;
}

const JOB: Query<JobRow> = {
  sql: `SELECT h.destination, h.fence, h.attempts, m.message_id, m.conversation_id, m.ref_to_message_id, m.timestamp,
          m.stored_at, m.cpa_id, m.from_party_id, m.from_role, m.to_party_id, m.to_role, m.service, m.action
        FROM handover h JOIN message m ON m.id = h.message WHERE h.message = ?`,
};

function lease(db: Database, message: number, { now, leaseMs }: HandoverTerms): HandoverJob {
  db.run(
    'UPDATE handover SET lease_until = ?, fence = fence + 1, attempts = attempts + 1 WHERE message = ?',
    now + leaseMs,
    message,
  );
  const row = db.get(JOB, message);
  if (row === undefined) throw new Error(`message ${message} waits for nothing any more`);
  return {
    lease: { message, fence: row.fence },
    destination: row.destination,
    header: toHeader(row),
    payloads: readPayloads(db, message),
    attempt: row.attempts,
  };
}

function toHeader(row: JobRow): ReceivedHeader {
  return {
    ...toPurpose(row),
    messageId: row.message_id,
    conversationId: row.conversation_id,
    refToMessageId: row.ref_to_message_id ?? undefined,
    timestamp: row.timestamp,
    receivedAt: row.stored_at,
  };
}

interface WaitingRow {
  readonly destination: string;
  readonly count: number;
  readonly failing: number;
  readonly oldest: number;
}

/** Reads what waits from end to end: that is little, unless a destination is down. */
const WAITING: Query<WaitingRow> = {
  sql: `SELECT h.destination, count(*) AS count, count(h.code) AS failing, min(m.stored_at) AS oldest
        FROM handover h JOIN message m ON m.id = h.message GROUP BY h.destination`,
};

export function waitingHandovers(db: Database): readonly WaitingHandovers[] {
  return db.all(WAITING).map((row) => ({ ...row }));
}
