import type { PartnerError } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

/** Types as the index `event_said` has them, word for word: else it is not used. Only what an ErrorList said has a description. */
const SAID: Query<PartnerError> = {
  sql: `SELECT at, data ->> 'errorCode' AS errorCode, data ->> 'severity' AS severity,
          data ->> 'location' AS location, data ->> 'description' AS description FROM event
        WHERE message_id = ? AND direction = 'out' AND cpa_id = ?
          AND type IN ('message.failed', 'message.late-signal', 'alert.partner-error')
          AND data ->> 'description' IS NOT NULL
        ORDER BY sequence DESC LIMIT 1`,
};

export function readPartnerError(db: Database, messageId: string, cpaId: string): PartnerError | undefined {
  const row = db.get(SAID, messageId, cpaId);
  if (row === undefined) return undefined;
  const { at, errorCode, severity, location, description } = row;
  return { at, errorCode, severity, location, description };
}
