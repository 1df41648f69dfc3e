import type { TakeOutcome } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';
import { insertEvent } from './events.ts';
import { requireOneSender } from './find-message.ts';
import { INBOX } from './handovers.ts';
import { IS_HELD, MESSAGE_BY_ID } from './message-rows.ts';

interface Row {
  readonly id: number;
  readonly direction: 'in';
  readonly state: string;
  readonly cpa_id: string;
  readonly from_party_id: string;
  readonly held: number;
  readonly destination: string;
}

const RECEIVED: Query<Row> = {
  sql: `SELECT id, direction, state, cpa_id, from_party_id, destination, ${IS_HELD} AS held FROM ${MESSAGE_BY_ID}
        WHERE message_id = ?1 AND from_party_id = coalesce(?2, from_party_id) AND direction = 'in' LIMIT 2`,
};

/** RECEIVED → TAKEN with its event. Throws MESSAGE_AMBIGUOUS when several senders used the MessageId. */
export function takeInbound(
  db: Database,
  {
    messageId,
    now,
    sender,
    application,
  }: {
    readonly messageId: string;
    readonly now: number;
    readonly sender?: string | undefined;
    readonly application?: string | undefined;
  },
): TakeOutcome {
  const rows = db.all(RECEIVED, messageId, sender);
  const [row] = rows;
  if (row === undefined) return 'unknown';
  requireOneSender(rows, messageId);
  if (row.destination !== INBOX) return 'routed';
  if (row.state === 'TAKEN') return 'already';
  if (row.held === 1) return 'held';
  db.run("UPDATE message SET state = 'TAKEN', state_at = ? WHERE id = ?", now, row.id);
  const data = { from: row.from_party_id, ...(application === undefined ? {} : { application }) };
  insertEvent(db, { type: 'message.taken', at: now, messageId, direction: 'in', cpaId: row.cpa_id, data }, row.id);
  return 'taken';
}
