import type { Database, Query } from '../database.ts';
import { insertEvent } from './events.ts';

const OLDEST: Query<{ readonly id: number; readonly state: string; readonly cpa_id: string }> = {
  sql: `SELECT id, state, cpa_id FROM message WHERE message_id = ? AND direction = 'in'
        ORDER BY state = 'TAKEN', id LIMIT 1`,
};

/**
 * RECEIVED → TAKEN with its event. Where several senders used the same MessageId, the oldest that is not taken yet.
 */
export function takeInbound(
  db: Database,
  { messageId, now }: { readonly messageId: string; readonly now: number },
): 'taken' | 'already' | 'unknown' {
  const row = db.get(OLDEST, messageId);
  if (row === undefined) return 'unknown';
  if (row.state === 'TAKEN') return 'already';
  db.run("UPDATE message SET state = 'TAKEN', state_at = ? WHERE id = ?", now, row.id);
  insertEvent(db, { type: 'message.taken', at: now, messageId, direction: 'in', cpaId: row.cpa_id, data: {} });
  return 'taken';
}
