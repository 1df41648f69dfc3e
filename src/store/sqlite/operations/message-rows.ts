import type {
  Direction,
  MessagePurpose,
  MessageRecord,
  MessageState,
  MessageSummary,
  PayloadRecord,
} from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

/** What only one direction has; the rest stays NULL. */
export interface MessageTerms {
  readonly identity?: string;
  readonly persistUntil?: number | undefined;
  readonly retries?: number;
  readonly retryInterval?: number;
  readonly reliable?: boolean;
  readonly syncReply?: boolean;
  readonly ackSigned?: boolean;
  readonly destination?: string;
}

const INSERT_MESSAGE = `
  INSERT INTO message (direction, message_id, cpa_id, from_party_id, from_role, to_party_id, to_role, service, action,
    conversation_id, ref_to_message_id, timestamp, time_to_live, stored_at, state, state_at,
    identity, persist_until, retries, retry_interval, reliable, sync_reply, ack_signed, destination)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?14, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
    coalesce(?23, 'inbox'))
  ON CONFLICT (message_id, from_party_id, direction) DO NOTHING`;

export const MESSAGE_KEY = 'message_id = ? AND from_party_id = ? AND direction = ?';

/** For who does not know the sender: SQLite would rather look through all of one direction. */
export const MESSAGE_BY_ID = 'message INDEXED BY message_key';

/** The row key by MessageId, sender and direction. */
export const SENT_KEY: Query<{ readonly id: number }> = { sql: `SELECT id FROM message WHERE ${MESSAGE_KEY}` };

/** Message, envelope and payloads; undefined, and nothing stored, when the MessageId of this sender is known. */
export function insertMessage(
  db: Database,
  record: MessageRecord,
  is: { readonly direction: Direction; readonly state: MessageState; readonly terms: MessageTerms },
): number | undefined {
  const { direction, state, terms } = is;
  const key = db.insert(
    INSERT_MESSAGE,
    direction,
    record.messageId,
    record.cpaId,
    record.fromPartyId,
    record.fromRole,
    record.toPartyId,
    record.toRole,
    record.service,
    record.action,
    record.conversationId,
    record.refToMessageId,
    record.timestamp,
    record.timeToLive,
    record.storedAt,
    state,
    terms.identity,
    terms.persistUntil,
    terms.retries,
    terms.retryInterval,
    flag(terms.reliable),
    flag(terms.syncReply),
    flag(terms.ackSigned),
    terms.destination,
  );
  if (key === undefined) return undefined;
  db.run('INSERT INTO envelope (message, octets) VALUES (?, ?)', key, record.envelope);
  for (const [ordinal, payload] of record.payloads.entries()) insertPayload(db, { key, ordinal, payload });
  return key;
}

export function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function insertPayload(
  db: Database,
  { key, ordinal, payload }: { readonly key: number; readonly ordinal: number; readonly payload: PayloadRecord },
): void {
  const { body, sealed } = payload;
  db.run(
    `INSERT INTO payload (message, ordinal, content_id, content_type, name, size, sha256, file, octets,
       sealed_algorithm, sealed_key, sealed_iv, sealed_head, sealed_tail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key,
    ordinal,
    payload.contentId,
    payload.contentType,
    payload.name,
    payload.size,
    payload.sha256,
    'file' in body ? body.file : undefined,
    'inline' in body ? body.inline : undefined,
    sealed?.algorithm,
    sealed?.key,
    sealed?.iv,
    sealed?.head,
    sealed?.tail,
  );
}

export interface PurposeRow {
  readonly cpa_id: string;
  readonly from_party_id: string;
  readonly from_role: string | null;
  readonly to_party_id: string;
  readonly to_role: string | null;
  readonly service: string;
  readonly action: string;
}

export function toPurpose(row: PurposeRow): MessagePurpose {
  return {
    cpaId: row.cpa_id,
    fromPartyId: row.from_party_id,
    fromRole: row.from_role ?? undefined,
    toPartyId: row.to_party_id,
    toRole: row.to_role ?? undefined,
    service: row.service,
    action: row.action,
  };
}

export interface SummaryRow extends PurposeRow {
  readonly id: number;
  readonly direction: Direction;
  readonly message_id: string;
  readonly conversation_id: string;
  readonly ref_to_message_id: string | null;
  readonly timestamp: number;
  readonly time_to_live: number | null;
  readonly stored_at: number;
  readonly state: MessageState;
  readonly state_at: number;
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly sequence_number: number | null;
  readonly held: number;
  readonly destination: string;
}

export const IS_HELD = 'EXISTS (SELECT 1 FROM message_order o WHERE o.message = message.id AND o.event IS NOT NULL)';

/** The outbox row of a reliable message that was sent as often as agreed only waits for its end. */
const NEXT_ATTEMPT_AT = `CASE direction WHEN 'out' THEN (SELECT o.due_at FROM outbox o WHERE o.message = message.id
    AND (message.reliable = 0 OR message.attempts <= message.retries)
    AND (message.time_to_live IS NULL OR o.due_at < message.time_to_live))
  ELSE (SELECT h.due_at FROM handover h WHERE h.message = message.id) END`;

export const SUMMARY_COLUMNS = `id, direction, message_id, cpa_id, from_party_id, from_role, to_party_id, to_role,
  service, action, conversation_id, ref_to_message_id, timestamp, time_to_live, stored_at, state, state_at, attempts, destination,
  ${NEXT_ATTEMPT_AT} AS next_attempt_at,
  (SELECT o.number FROM message_order o WHERE o.message = message.id) AS sequence_number, ${IS_HELD} AS held`;

export function toSummary(row: SummaryRow): MessageSummary {
  return {
    ...toPurpose(row),
    messageId: row.message_id,
    conversationId: row.conversation_id,
    refToMessageId: row.ref_to_message_id ?? undefined,
    timestamp: row.timestamp,
    timeToLive: row.time_to_live ?? undefined,
    storedAt: row.stored_at,
    direction: row.direction,
    state: row.state,
    stateAt: row.state_at,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at ?? undefined,
    sequenceNumber: row.sequence_number ?? undefined,
    held: row.held === 1,
    destination: row.direction === 'in' ? row.destination : undefined,
  };
}

const ENVELOPE: Query<{ readonly octets: Uint8Array }> = { sql: 'SELECT octets FROM envelope WHERE message = ?' };

export function readEnvelope(db: Database, key: number): Uint8Array {
  const row = db.get(ENVELOPE, key);
  if (row === undefined) throw new Error(`message row ${key} has no envelope`);
  return row.octets;
}

export interface PayloadRow {
  readonly content_id: string;
  readonly content_type: string;
  readonly name: string | null;
  readonly size: number;
  readonly sha256: string;
  readonly file: string | null;
  readonly octets: Uint8Array | null;
  readonly sealed_algorithm: string | null;
  readonly sealed_key: Uint8Array | null;
  readonly sealed_iv: Uint8Array | null;
  readonly sealed_head: Uint8Array | null;
  readonly sealed_tail: Uint8Array | null;
}

export const PAYLOAD_COLUMNS = `content_id, content_type, name, size, sha256, file, octets,
  sealed_algorithm, sealed_key, sealed_iv, sealed_head, sealed_tail`;

const PAYLOADS: Query<PayloadRow> = {
  sql: `SELECT ${PAYLOAD_COLUMNS} FROM payload WHERE message = ? ORDER BY ordinal`,
};

export function readPayloads(db: Database, key: number): readonly PayloadRecord[] {
  return db.all(PAYLOADS, key).map(toPayload);
}

export function toPayload(row: PayloadRow): PayloadRecord {
  return {
    contentId: row.content_id,
    contentType: row.content_type,
    name: row.name ?? undefined,
    size: row.size,
    sha256: row.sha256,
    body: row.file === null ? { inline: row.octets ?? new Uint8Array() } : { file: row.file },
    ...sealedOf(row),
  };
}

function sealedOf(row: PayloadRow): Pick<PayloadRecord, 'sealed'> {
  const { sealed_algorithm: algorithm, sealed_key: key, sealed_iv: iv, sealed_head: head, sealed_tail: tail } = row;
  if (algorithm === null || key === null || iv === null || head === null || tail === null) return {};
  return { sealed: { algorithm, key, iv, head, tail } };
}

interface SignalRow {
  readonly message_id: string;
  readonly octets: Uint8Array;
  readonly endpoint: string | null;
  readonly lane: string | null;
}

/** The answer to a received message; of the signals that came for a sent one, the first. */
export const FIRST_SIGNAL: Query<SignalRow> = {
  sql: 'SELECT message_id, octets, endpoint, lane FROM signal WHERE message = ? ORDER BY ordinal LIMIT 1',
};
