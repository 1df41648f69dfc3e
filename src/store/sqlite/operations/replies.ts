import type { InboundRecord, OutboundRecord, ReplyTo } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

export function insertReply(db: Database, message: number, record: OutboundRecord): void {
  const { replyTo, messageId, conversationId } = record;
  if (replyTo === undefined) return;
  db.run(
    `INSERT INTO reply_wanted (message, message_id, conversation_id, destination, address, correlation)
     VALUES (?, ?, ?, ?, ?, ?)`,
    message,
    messageId,
    conversationId,
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

/** A second one leaves open which of them is meant. */
const BY_CONVERSATION: Query<ReplyRow> = {
  sql: `SELECT r.destination, r.address, r.correlation FROM reply_wanted r JOIN message m ON m.id = r.message
        WHERE r.conversation_id = ? AND ${BETWEEN_THEM} LIMIT 2`,
};

/** Where the application wants this response; undefined where it is none, or none that somebody asked for. */
export function replyFor(db: Database, response: InboundRecord): ReplyTo | undefined {
  const { cpaId, fromPartyId, toPartyId, refToMessageId, conversationId } = response;
  const between = [cpaId, toPartyId, fromPartyId] as const;
  const rows =
    refToMessageId === undefined
      ? db.all(BY_CONVERSATION, conversationId, ...between)
      : db.all(BY_REFERENCE, refToMessageId, ...between);
  const [row, another] = rows;
  return row === undefined || another !== undefined ? undefined : toReply(row);
}

const WANTED: Query<ReplyRow> = { sql: 'SELECT destination, address, correlation FROM reply_wanted WHERE message = ?' };

export function readReply(db: Database, message: number): { readonly replyTo?: ReplyTo } {
  const row = db.get(WANTED, message);
  return row === undefined ? {} : { replyTo: toReply(row) };
}

function toReply({ destination, address, correlation }: ReplyRow): ReplyTo {
  return { destination, address, correlationId: correlation };
}
