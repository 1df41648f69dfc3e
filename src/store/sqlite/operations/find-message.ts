import { type ErrorCode, GatewayError } from '../../../errors.ts';
import type { Attempt, Direction, HandoverState, MessageDetail, MessageOwner } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { FIRST_SIGNAL, readEnvelope, readPayloads, SUMMARY_COLUMNS, toSummary } from './message-rows.ts';
import type { SummaryRow } from './message-rows.ts';
import { ownedBy } from './owner.ts';
import { readReply } from './replies.ts';
import { readPartnerError } from './partner-error.ts';

interface DetailRow extends SummaryRow {
  readonly ack_signed: number | null;
  readonly sync_reply: number | null;
  readonly resend_of: string | null;
  readonly bundle: Uint8Array | null;
}

const DETAILS: Query<DetailRow> = {
  sql: `SELECT ${SUMMARY_COLUMNS}, ack_signed, sync_reply,
          (SELECT resend_of FROM resend WHERE resend.message = message.id) AS resend_of,
          (SELECT octets FROM bundle WHERE bundle.message = message.id) AS bundle FROM message
        WHERE message_id = ? AND direction = coalesce(?, direction) AND from_party_id = coalesce(?, from_party_id)`,
};
const NEWEST = 'ORDER BY id DESC LIMIT 3';
const ANY_DETAILS: Query<DetailRow> = { sql: `${DETAILS.sql} ${NEWEST}` };

interface MessageKey {
  readonly messageId: string;
  readonly direction?: Direction | undefined;
  readonly sender?: string | undefined;
  readonly owner?: MessageOwner | undefined;
}

/** Where a MessageId was both received and sent, the newest. Throws MESSAGE_AMBIGUOUS for several senders. */
export function findMessage(db: Database, key: MessageKey): MessageDetail | undefined {
  const { messageId } = key;
  const rows = detailRows(db, key);
  const [row] = rows;
  if (row === undefined) return undefined;
  requireOneSender(rows, messageId);
  return {
    ...toSummary(row),
    envelope: readEnvelope(db, row.id),
    payloads: readPayloads(db, row.id),
    attemptLog: readAttempts(db, row.id),
    signal: readFirstSignal(db, row.id),
    partnerError: row.direction === 'out' ? readPartnerError(db, row.message_id, row.cpa_id) : undefined,
    ackSigned: row.ack_signed === null ? undefined : row.ack_signed === 1,
    syncReply: row.sync_reply === null ? undefined : row.sync_reply === 1,
    resendOf: row.resend_of ?? undefined,
    bundle: row.bundle ?? undefined,
    ...(row.direction === 'out' ? readReply(db, row.id) : {}),
    handover: row.direction === 'in' ? readHandover(db, row.id) : undefined,
  };
}

/** What an application does not own says nothing, not even that its MessageId is used twice. */
function detailRows(db: Database, { messageId, direction, sender, owner }: MessageKey): readonly DetailRow[] {
  if (owner === undefined) return db.all(ANY_DETAILS, messageId, direction, sender);
  const own = ownedBy(owner);
  const query: Query<DetailRow> = { sql: `${DETAILS.sql} AND ${own.sql} ${NEWEST}` };
  return db.all(query, messageId, direction, sender, ...own.parameters);
}

/** One message a direction; several in one direction are those of several senders. */
export function requireOneSender(rows: readonly { readonly direction: Direction }[], messageId: string): void {
  if (new Set(rows.map((row) => row.direction)).size === rows.length) return;
  throw new GatewayError('MESSAGE_AMBIGUOUS', { location: 'from', detail: `several senders used ${messageId}` });
}

interface HandoverRow {
  readonly attempts: number;
  readonly stopped: number;
  readonly failed_at: number | null;
  readonly code: ErrorCode | null;
  readonly detail: string | null;
}

const HANDOVER: Query<HandoverRow> = {
  sql: 'SELECT attempts, stopped, failed_at, code, detail FROM handover WHERE message = ?',
};

function readHandover(db: Database, key: number): HandoverState | undefined {
  const row = db.get(HANDOVER, key);
  if (row === undefined) return undefined;
  const { attempts, failed_at: at, code, detail } = row;
  const failure = at === null || code === null ? undefined : { at, code, detail: detail ?? undefined };
  return { attempts, failure, stopped: row.stopped === 1 };
}

interface AttemptRow {
  readonly number: number;
  readonly started_at: number;
  readonly ended_at: number;
  readonly status: number | null;
  readonly code: ErrorCode | null;
  readonly detail: string | null;
}

const ATTEMPTS: Query<AttemptRow> = {
  sql: 'SELECT number, started_at, ended_at, status, code, detail FROM attempt WHERE message = ? ORDER BY number',
};

function readAttempts(db: Database, key: number): readonly Attempt[] {
  return db.all(ATTEMPTS, key).map((row) => ({
    number: row.number,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    status: row.status ?? undefined,
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
  }));
}

function readFirstSignal(db: Database, key: number): MessageDetail['signal'] {
  const row = db.get(FIRST_SIGNAL, key);
  return row === undefined ? undefined : { messageId: row.message_id, envelope: row.octets };
}
