import type { Cancellation } from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { insertEvent } from './events.ts';
import { SENT_KEY } from './message-rows.ts';
import { endOutbound } from './record-attempt.ts';

/** The outbox row goes, and with it every lease: what an attempt under way records finds nothing. */
export function cancelOutbound(
  db: Database,
  { messageId, sender, event }: Cancellation,
): 'cancelled' | 'ended' | 'unknown' {
  const row = db.get(SENT_KEY, messageId, sender, 'out');
  if (row === undefined) return 'unknown';
  if (!endOutbound(db, row.id, { state: 'CANCELLED', at: event.at })) return 'ended';
  db.run('DELETE FROM outbox WHERE message = ?', row.id);
  insertEvent(db, event, row.id);
  return 'cancelled';
}
