import type { Direction, MessageRecord, OrderPlace } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

/** SequenceNumbers go round. @spec ebMS2 §9.1.1 */
const NUMBERS = 100_000_000;

export interface ConversationRow {
  readonly id: number;
  /** null: nothing of it was handed over, or sent, yet. */
  readonly next: number | null;
  readonly gap: number | null;
}

const CONVERSATION: Query<ConversationRow> = {
  sql: `SELECT id, next, gap FROM conversation
        WHERE conversation_id = ? AND cpa_id = ? AND from_party_id = ? AND direction = ?`,
};

/** The numbering that a message belongs to: that of its sender in its conversation under its CPA. */
export function findConversation(
  db: Database,
  message: MessageRecord,
  direction: Direction,
): ConversationRow | undefined {
  return db.get(CONVERSATION, message.conversationId, message.cpaId, message.fromPartyId, direction);
}

export function openConversation(db: Database, message: MessageRecord, direction: Direction): ConversationRow {
  const { conversationId, cpaId, fromPartyId } = message;
  db.run(
    `INSERT INTO conversation (conversation_id, cpa_id, from_party_id, direction) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    conversationId,
    cpaId,
    fromPartyId,
    direction,
  );
  const row = findConversation(db, message, direction);
  if (row === undefined) throw new Error('a conversation that was opened is not there');
  return row;
}

export function setNext(db: Database, conversation: number, next: number): void {
  db.run('UPDATE conversation SET next = ? WHERE id = ?', next, conversation);
}

/** `event` is that of a message that is held. */
export function insertPlace(
  db: Database,
  place: { readonly message: number; readonly conversation: number; readonly number: number; readonly event?: string },
): void {
  const { message, conversation, number, event } = place;
  db.run(
    'INSERT INTO message_order (message, conversation, number, event) VALUES (?, ?, ?, ?)',
    message,
    conversation,
    number,
    event,
  );
}

export function after(number: number): number {
  return (number + 1) % NUMBERS;
}

/** How far `number` lies before or after `expected`; the nearer way round counts. */
export function distance(expected: number, number: number): number {
  const ahead = (number - expected + NUMBERS) % NUMBERS;
  return ahead < NUMBERS / 2 ? ahead : ahead - NUMBERS;
}

export function nextPlace(row: ConversationRow | undefined): OrderPlace {
  const next = row?.next ?? undefined;
  return next === undefined ? { number: 0, reset: true } : { number: next, reset: false };
}
