import { type ErrorCode, GatewayError } from '../../../errors.ts';
import type { Attempt, Direction, MessageDetail } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { FIRST_SIGNAL, readEnvelope, readPayloads, SUMMARY_COLUMNS, toSummary } from './message-rows.ts';
import type { SummaryRow } from './message-rows.ts';

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
        WHERE message_id = ?1 AND direction = coalesce(?2, direction) AND from_party_id = coalesce(?3, from_party_id)
        ORDER BY id DESC LIMIT 3`,
};

interface MessageKey {
  readonly messageId: string;
  readonly direction?: Direction | undefined;
  readonly sender?: string | undefined;
}

/** Where a MessageId was both received and sent, the newest. Throws MESSAGE_AMBIGUOUS for several senders. */
export function findMessage(db: Database, { messageId, direction, sender }: MessageKey): MessageDetail | undefined {
  const rows = db.all(DETAILS, messageId, direction, sender);
  const [row] = rows;
  if (row === undefined) return undefined;
  requireOneSender(rows, messageId);
  return {
    ...toSummary(row),
    envelope: readEnvelope(db, row.id),
    payloads: readPayloads(db, row.id),
    attemptLog: readAttempts(db, row.id),
    signal: readFirstSignal(db, row.id),
    ackSigned: row.ack_signed === null ? undefined : row.ack_signed === 1,
    syncReply: row.sync_reply === null ? undefined : row.sync_reply === 1,
    resendOf: row.resend_of ?? undefined,
    bundle: row.bundle ?? undefined,
  };
}

/** One message a direction; several in one direction are those of several senders. */
export function requireOneSender(rows: readonly { readonly direction: Direction }[], messageId: string): void {
  if (new Set(rows.map((row) => row.direction)).size === rows.length) return;
  throw new GatewayError('MESSAGE_AMBIGUOUS', { location: 'from', detail: `several senders used ${messageId}` });
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
