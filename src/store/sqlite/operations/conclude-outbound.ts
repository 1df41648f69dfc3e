import type { Conclusion } from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { insertEvent } from './events.ts';
import { SENT_KEY } from './message-rows.ts';
import { endOutbound, insertAttempt } from './record-attempt.ts';

/** A signal that comes again is not stored again and raises no event: partners repeat an Acknowledgment with its id. */
export function concludeOutbound(db: Database, conclusion: Conclusion): 'concluded' | 'late' | 'unknown' {
  const { messageId, sender, signal, attempt } = conclusion;
  const row = db.get(SENT_KEY, messageId, sender, 'out');
  if (row === undefined) return 'unknown';
  if (attempt !== undefined) insertAttempt(db, row.id, attempt);
  const concluded = endOutbound(db, row.id, { state: conclusion.state, at: conclusion.event.at });
  const fresh = storeSignal(db, row.id, signal);
  if (!concluded) {
    if (fresh) insertEvent(db, conclusion.late, row.id);
    return 'late';
  }
  db.run('DELETE FROM outbox WHERE message = ?', row.id);
  insertEvent(db, conclusion.event, row.id);
  return 'concluded';
}

function storeSignal(db: Database, message: number, signal: Conclusion['signal']): boolean {
  const changes = db.run(
    `INSERT INTO signal (message, ordinal, message_id, at, octets)
     SELECT ?1, (SELECT coalesce(max(ordinal), -1) + 1 FROM signal WHERE message = ?1), ?2, ?3, ?4
     WHERE NOT EXISTS (SELECT 1 FROM signal WHERE message = ?1 AND message_id = ?2)`,
    message,
    signal.messageId,
    signal.receivedAt,
    signal.envelope,
  );
  return changes > 0;
}
