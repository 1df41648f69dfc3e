import { MOST_OCTETS_COUNTED } from '../../../ports/handover.ts';
import type {
  HandoverClaim,
  HandoverJob,
  HandoverTerms,
  PayloadRecord,
  ReceivedHeader,
  WaitingHandovers,
} from '../../../ports/store.ts';
import { type Database, LIMIT, type Query } from '../database.ts';
import { PAYLOAD_COLUMNS, type PayloadRow, type PurposeRow, toPayload, toPurpose } from './message-rows.ts';

interface FreeRow extends PurposeRow {
  readonly message: number;
  readonly due_at: number;
  readonly destination: string;
  readonly fence: number;
  readonly attempts: number;
  readonly message_id: string;
  readonly conversation_id: string;
  readonly ref_to_message_id: string | null;
  readonly timestamp: number;
  readonly stored_at: number;
  readonly reply_address: string | null;
  readonly reply_correlation: string | null;
}

/** One more than is leased tells when it is worth looking again. */
const FREE: Query<FreeRow> = {
  sql: `SELECT h.message, h.due_at, h.destination, h.fence, h.attempts, m.message_id, m.conversation_id,
          m.ref_to_message_id, m.timestamp, m.stored_at, m.cpa_id, m.from_party_id, m.from_role, m.to_party_id,
          m.to_role, m.service, m.action, h.reply_address, h.reply_correlation
        FROM handover h CROSS JOIN message m ON m.id = h.message
        WHERE h.destination = ? AND h.lease_until = 0 AND h.due_at IS NOT NULL
        ORDER BY h.due_at, h.rowid ${LIMIT}`,
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
  const leaseEnd = db.get(LEASE_END, destination)?.lease_until ?? undefined;
  const free = db.all(FREE, destination, terms.limit + 1);
  const due = free.filter((row) => row.due_at <= terms.now).slice(0, terms.limit);
  const payloads = payloadsOf(db, due);
  const jobs = due.map((row) => jobOf(row, payloads.get(row.message) ?? []));
  const leased = jobs.slice(0, countOf(jobs, terms.octets));
  if (leased.length > 0) lease(db, leased, terms);
  const next = free[leased.length]?.due_at;
  return {
    jobs: leased,
    nextDue: [...(next === undefined ? [] : [next]), ...(leaseEnd === undefined ? [] : [leaseEnd])],
  };
}

/** How many of the first have no more octets than that; one in any case. */
function countOf(jobs: readonly HandoverJob[], octets: number): number {
  let left = octets;
  const beyond = jobs.findIndex(({ payloads }, index) => {
    const size = payloads.reduce((sum, payload) => sum + payload.size, 0);
    left -= Math.min(size, MOST_OCTETS_COUNTED);
    return index > 0 && left < 0;
  });
  return beyond < 0 ? jobs.length : beyond;
}

function lease(db: Database, jobs: readonly HandoverJob[], { now, leaseMs }: HandoverTerms): void {
  db.run(
    `UPDATE handover SET lease_until = ?, fence = fence + 1, attempts = attempts + 1
     WHERE message IN (SELECT value FROM json_each(?))`,
    now + leaseMs,
    JSON.stringify(jobs.map((job) => job.lease.message)),
  );
}

/**
 * As with the outbox: only when the store is opened by a process that has claimed nothing yet. Whoever held a lease is
 * dead; the attempt counts, for the destination may have the message.
 */
export function releaseHandovers(db: Database): void {
  db.run('UPDATE handover SET lease_until = 0, fence = fence + 1 WHERE lease_until > 0');
}

/** Statements about many messages take their keys as one JSON text: what a statement costs is paid once. */
const PAYLOADS: Query<PayloadRow & { readonly message: number; readonly ordinal: number }> = {
  sql: `SELECT p.message, p.ordinal, ${PAYLOAD_COLUMNS}
        FROM json_each(?) AS asked CROSS JOIN payload p ON p.message = asked.value`,
};

/** As it is once it is leased. */
function jobOf(row: FreeRow, payloads: readonly PayloadRecord[]): HandoverJob {
  return {
    lease: { message: row.message, fence: row.fence + 1 },
    destination: row.destination,
    header: toHeader(row),
    ...replyOf(row),
    payloads,
    attempt: row.attempts + 1,
  };
}

function replyOf({ reply_address: address, reply_correlation: correlationId }: FreeRow): Pick<HandoverJob, 'replyTo'> {
  return address === null || correlationId === null ? {} : { replyTo: { address, correlationId } };
}

function payloadsOf(db: Database, rows: readonly FreeRow[]): ReadonlyMap<number, readonly PayloadRecord[]> {
  const keys = JSON.stringify(rows.map(({ message }) => message));
  const payloads = new Map<number, PayloadRecord[]>();
  for (const row of db.all(PAYLOADS, keys)) {
    const of = payloads.get(row.message) ?? [];
    of[row.ordinal] = toPayload(row);
    payloads.set(row.message, of);
  }
  return payloads;
}

function toHeader(row: FreeRow): ReceivedHeader {
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
