import type { InboundRecord, OutboundRecord, ReplyTo } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

export function insertReply(db: Database, message: number, record: OutboundRecord): void {
  const { replyTo, messageId } = record;
  if (replyTo === undefined) return;
  db.run(
    `INSERT INTO reply_wanted (message, message_id, destination, address, correlation)
     VALUES (?, ?, ?, ?, ?)`,
    message,
    messageId,
    replyTo.destination,
    replyTo.address,
    replyTo.correlationId,
  );
}

interface ReplyRow {
  readonly destination: string;
  readonly address: string;
  readonly correlation: string;
}

/** Of a message of ours to this partner, under the same contract. */
const BETWEEN_THEM = `m.direction = 'out' AND m.cpa_id = ? AND m.from_party_id = ? AND m.to_party_id = ?`;

const BY_REFERENCE: Query<ReplyRow> = {
  sql: `SELECT r.destination, r.address, r.correlation FROM reply_wanted r JOIN message m ON m.id = r.message
        WHERE r.message_id = ? AND ${BETWEEN_THEM} LIMIT 1`,
};

/**
 * Where the application wants this response; undefined where it is none, or none that somebody asked for. Only RefToMessageId names
 * what a message answers: a conversation is shared by all who know its id. @spec ebMS2 §3.1.6
 */
export function replyFor(db: Database, response: InboundRecord): ReplyTo | undefined {
  const { cpaId, fromPartyId, toPartyId, refToMessageId } = response;
  if (refToMessageId === undefined) return undefined;
  const row = db.get(BY_REFERENCE, refToMessageId, cpaId, toPartyId, fromPartyId);
  return row === undefined ? undefined : toReply(row);
}

const WANTED: Query<ReplyRow> = { sql: 'SELECT destination, address, correlation FROM reply_wanted WHERE message = ?' };

export function readReply(db: Database, message: number): { readonly replyTo?: ReplyTo } {
  const row = db.get(WANTED, message);
  return row === undefined ? {} : { replyTo: toReply(row) };
}

function toReply({ destination, address, correlation }: ReplyRow): ReplyTo {
  return { destination, address, correlationId: correlation };
}
