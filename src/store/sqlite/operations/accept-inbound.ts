import type {
  AcceptOutcome,
  InboundOrder,
  InboundRecord,
  InboundState,
  KnownInbound,
  NewEvent,
  ReplyTo,
  SignalRecord,
} from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { acceptOrdered } from './accept-ordered.ts';
import { insertEvent } from './events.ts';
import { insertHandover } from './handovers.ts';
import { replyFor } from './replies.ts';
import { FIRST_SIGNAL, insertMessage, MESSAGE_KEY } from './message-rows.ts';

export interface Accept {
  readonly message: InboundRecord;
  readonly answer: SignalRecord | undefined;
  readonly event: NewEvent;
}

/** The unique key decides who is first, so that two copies at the same time cannot both be accepted. @spec ebMS2 §6.5.6 */
export function acceptInbound(db: Database, { message, answer, event }: Accept): AcceptOutcome {
  const reply = replyFor(db, message);
  if (reply === undefined) return acceptFor(db, { message, answer, event });
  const outcome = acceptFor(db, { message: { ...message, destination: reply.destination }, answer, event, reply });
  return outcome.kind === 'accepted' ? { ...outcome, destination: reply.destination } : outcome;
}

interface AcceptFor extends Accept {
  readonly reply?: ReplyTo;
}

function acceptFor(db: Database, { message, answer, event, reply }: AcceptFor): AcceptOutcome {
  if (message.order !== undefined)
    return acceptInOrder(db, { message, answer, event, ...(reply && { reply }) }, message.order);
  const key = insertInbound(db, message, answer);
  if (key === undefined) return acceptAgain(db, message);
  insertHandover(db, { message: key, destination: message.destination, at: message.storedAt, reply });
  insertEvent(db, event, key);
  return { kind: 'accepted' };
}

function acceptInOrder(db: Database, { message, answer, event, reply }: AcceptFor, order: InboundOrder): AcceptOutcome {
  if (knownInbound(db, message.fromPartyId, message.messageId) !== undefined) return acceptAgain(db, message);
  return acceptOrdered(db, { message, order, event, reply }, () => {
    const key = insertInbound(db, message, answer);
    if (key === undefined) throw new Error('a message that is not known is there');
    return key;
  });
}

/** undefined: it is known. */
function insertInbound(db: Database, message: InboundRecord, answer: SignalRecord | undefined): number | undefined {
  const { identity, persistUntil, destination } = message;
  const terms = { identity, persistUntil, destination };
  const key = insertMessage(db, message, { direction: 'in', state: 'RECEIVED', terms });
  if (key !== undefined && answer !== undefined) insertAnswer(db, key, { answer, at: message.storedAt });
  return key;
}

/** What is known of a received message with this sender and MessageId. */
export function findInbound(
  db: Database,
  { sender, messageId }: { readonly sender: string; readonly messageId: string },
): KnownInbound | undefined {
  const known = knownInbound(db, sender, messageId);
  if (known === undefined) return undefined;
  const { id, identity, state, cpa_id: cpaId, stored_at: storedAt } = known;
  return { identity, cpaId, state, storedAt, answer: readAnswer(db, id) };
}

function acceptAgain(db: Database, message: InboundRecord): AcceptOutcome {
  const known = knownInbound(db, message.fromPartyId, message.messageId);
  if (known?.identity !== message.identity) return { kind: 'conflict' };
  const answer = readAnswer(db, known.id);
  if (answer !== undefined) enqueueAnswer(db, known.id, { answer, at: message.storedAt });
  return { kind: 'duplicate', answer };
}

interface KnownRow {
  readonly id: number;
  readonly identity: string;
  readonly cpa_id: string;
  readonly state: InboundState;
  readonly stored_at: number;
}

const KNOWN: Query<KnownRow> = {
  sql: `SELECT id, identity, cpa_id, state, stored_at FROM message WHERE ${MESSAGE_KEY}`,
};

function knownInbound(db: Database, sender: string, messageId: string): KnownRow | undefined {
  return db.get(KNOWN, messageId, sender, 'in');
}

function insertAnswer(
  db: Database,
  key: number,
  { answer, at }: { readonly answer: SignalRecord; readonly at: number },
): void {
  db.run(
    'INSERT INTO signal (message, ordinal, message_id, at, endpoint, lane, octets) VALUES (?, 0, ?, ?, ?, ?, ?)',
    key,
    answer.messageId,
    at,
    answer.send?.endpoint,
    answer.send?.lane,
    answer.envelope,
  );
  enqueueAnswer(db, key, { answer, at });
}

/** A row that is still there goes out anyway: at most one answer of a message is under way. */
function enqueueAnswer(
  db: Database,
  key: number,
  { answer, at }: { readonly answer: SignalRecord; readonly at: number },
): void {
  if (answer.send === undefined) return;
  db.run(
    'INSERT INTO outbox (message, endpoint, lane, due_at) VALUES (?, ?, ?, ?) ON CONFLICT (message) DO NOTHING',
    key,
    answer.send.endpoint,
    answer.send.lane,
    at,
  );
}

function readAnswer(db: Database, key: number): SignalRecord | undefined {
  const row = db.get(FIRST_SIGNAL, key);
  if (row === undefined) return undefined;
  const { endpoint, lane } = row;
  const send = endpoint === null || lane === null ? undefined : { endpoint, lane };
  return { messageId: row.message_id, envelope: row.octets, send };
}
