import type { Claim, OutboxJob, SentTerms } from '../../../ports/store.ts';
import { type Database, LIMIT, type Query } from '../database.ts';
import { releaseHandovers } from './claim-handovers.ts';
import { FIRST_SIGNAL, type PurposeRow, readEnvelope, readPayloads, toPurpose } from './message-rows.ts';

/**
 * An outbox row is free (lease_until 0) or leased. Lane by lane the oldest free rows are found through an index, so
 * that neither a long queue of one partner nor the number of stored messages makes a claim slower.
 */
export interface ClaimTerms {
  readonly now: number;
  readonly leaseMs: number;
  readonly limit: number;
  readonly perLane: number;
}

interface LaneRow {
  readonly lane: string;
  readonly leased: number;
  /** When the first lease of the lane ends. */
  readonly lease_end: number | null;
  /** When the oldest free row is, or was, due. */
  readonly due_at: number | null;
}

interface FreeRow {
  readonly id: number;
  readonly due_at: number;
}

interface Lane extends LaneRow {
  /** Free rows, oldest first: one more than the lane has room for, where there is one. */
  readonly free: readonly FreeRow[];
  readonly room: number;
}

/** A recursive walk from lane to lane instead of a DISTINCT over all rows. */
const LANES: Query<LaneRow> = {
  sql: `
  WITH RECURSIVE walk (name) AS (
    SELECT min(lane) FROM outbox
    UNION ALL
    SELECT (SELECT min(lane) FROM outbox WHERE lane > name) FROM walk WHERE name IS NOT NULL
  )
  SELECT name AS lane,
    (SELECT count(*) FROM outbox WHERE lane = name AND lease_until > 0) AS leased,
    (SELECT min(lease_until) FROM outbox WHERE lane = name AND lease_until > 0) AS lease_end,
    (SELECT min(due_at) FROM outbox WHERE lane = name AND lease_until = 0) AS due_at
  FROM walk WHERE name IS NOT NULL`,
};

const FREE: Query<FreeRow> = {
  sql: `SELECT id, due_at FROM outbox WHERE lane = ? AND lease_until = 0 ORDER BY due_at, id ${LIMIT}`,
};

export function claimDue(db: Database, terms: ClaimTerms): Claim {
  db.run('UPDATE outbox SET lease_until = 0 WHERE lease_until > 0 AND lease_until <= ?', terms.now);
  const lanes = db.all(LANES).map((row) => readLane(db, row, terms));
  const claimed = oldest(lanes, terms);
  const jobs = claimed.map(({ id }) => lease(db, id, terms));
  const ids = new Set(claimed.map(({ id }) => id));
  const dueTimes = lanes.flatMap((lane) => nextDue(lane, ids, terms));
  return { jobs, nextDue: dueTimes.length === 0 ? undefined : Math.min(...dueTimes) };
}

/**
 * Frees every lease. Only when the store is opened by a process that has claimed nothing yet: it holds the file alone, so
 * that whoever held a lease is dead, and its rows need not wait until the lease has run out.
 */
export function releaseLeases(db: Database): void {
  db.run('UPDATE outbox SET lease_until = 0, fence = fence + 1 WHERE lease_until > 0');
  releaseHandovers(db);
}

function readLane(db: Database, row: LaneRow, { now, perLane, limit }: ClaimTerms): Lane {
  const room = Math.max(0, Math.min(perLane - row.leased, limit));
  const due = row.due_at !== null && row.due_at <= now;
  return { ...row, room, free: due && room > 0 ? db.all(FREE, row.lane, room + 1) : [] };
}

function oldest(lanes: readonly Lane[], { now, limit }: ClaimTerms): readonly FreeRow[] {
  return lanes
    .flatMap((lane) => lane.free.slice(0, lane.room).filter((row) => row.due_at <= now))
    .sort((a, b) => a.due_at - b.due_at || a.id - b.id)
    .slice(0, limit);
}

/** When this lane should be looked at again: its next free row, but not before it has room, and where leases end. */
function nextDue(lane: Lane, claimed: ReadonlySet<number>, { now, leaseMs, perLane }: ClaimTerms): readonly number[] {
  const taken = lane.free.filter(({ id }) => claimed.has(id)).length;
  const leaseEnds = lane.lease_end === null ? [] : [lane.lease_end];
  const due = lane.free.length === 0 ? lane.due_at : (lane.free.find(({ id }) => !claimed.has(id))?.due_at ?? null);
  if (due === null) return leaseEnds;
  const full = lane.leased + taken >= perLane;
  return full ? [Math.max(due, Math.min(now + leaseMs, ...leaseEnds))] : [due, ...leaseEnds];
}

interface JobRow extends PurposeRow {
  readonly message: number | null;
  readonly signal_id: string | null;
  readonly octets: Uint8Array | null;
  readonly fence: number;
  readonly endpoint: string;
  readonly lane: string;
  readonly attempts: number;
  readonly direction: 'in' | 'out' | null;
  readonly message_id: string;
  readonly state: SentTerms['state'];
  readonly time_to_live: number | null;
  readonly retries: number;
  readonly retry_interval: number;
  readonly reliable: number;
  readonly sync_reply: number;
  readonly ack_signed: number;
}

const JOB: Query<JobRow> = {
  sql: `
  SELECT o.message, o.signal_id, o.octets, o.fence, o.endpoint, o.lane, coalesce(m.attempts, o.attempts) AS attempts, m.direction, m.message_id, m.cpa_id, m.from_party_id,
    m.from_role, m.to_party_id, m.to_role, m.service, m.action, m.state, m.time_to_live, m.retries, m.retry_interval, m.reliable, m.sync_reply,
    m.ack_signed
  FROM outbox o LEFT JOIN message m ON m.id = o.message WHERE o.id = ?`,
};

function lease(db: Database, id: number, { now, leaseMs }: ClaimTerms): OutboxJob {
  db.run('UPDATE outbox SET lease_until = ?, fence = fence + 1 WHERE id = ?', now + leaseMs, id);
  const row = db.get(JOB, id);
  if (row === undefined) throw new Error(`outbox row ${id} is gone`);
  return {
    lease: {
      outboxId: id,
      fence: row.fence,
      ...(row.direction === 'out' && row.message !== null ? { message: row.message } : {}),
    },
    endpoint: row.endpoint,
    lane: row.lane,
    attempt: row.attempts + 1,
    ...contentOf(db, row),
  };
}

type JobContent = Pick<OutboxJob, 'messageId' | 'envelope' | 'payloads' | 'message'>;

function contentOf(db: Database, row: JobRow): JobContent {
  if (row.message === null) return signalOf(row.signal_id, row.octets);
  if (row.direction === 'out') return messageOf(db, row.message, row);
  const answer = db.get(FIRST_SIGNAL, row.message);
  return signalOf(answer?.message_id, answer?.octets);
}

function signalOf(messageId: string | null | undefined, envelope: Uint8Array | null | undefined): JobContent {
  if (typeof messageId === 'string' && envelope instanceof Uint8Array) {
    return { messageId, envelope, payloads: [], message: undefined };
  }
  throw new Error('an outbox row leads to no signal');
}

function messageOf(db: Database, key: number, row: JobRow): JobContent {
  return {
    messageId: row.message_id,
    envelope: readEnvelope(db, key),
    payloads: readPayloads(db, key),
    message: {
      ...toPurpose(row),
      state: row.state,
      timeToLive: row.time_to_live ?? undefined,
      retries: row.retries,
      retryInterval: row.retry_interval,
      reliable: row.reliable === 1,
      syncReply: row.sync_reply === 1,
      ackSigned: row.ack_signed === 1,
    },
  };
}
