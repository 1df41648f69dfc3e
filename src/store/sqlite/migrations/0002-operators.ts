import type { Migration } from './migration.ts';

/**
 * What operators ask: which message was sent once more as which; the newest of one direction; and which event ended a
 * sent message. The last index holds final events only, so that a received message pays nothing for it.
 */
export const operators: Migration = {
  version: 2,
  up: `
    CREATE TABLE resend (
      message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      resend_of TEXT NOT NULL
    ) STRICT;
    CREATE INDEX message_direction ON message (direction, stored_at);
    CREATE INDEX event_end ON event (message_id)
      WHERE type IN ('message.delivered', 'message.failed', 'message.expired', 'message.cancelled');
  `,
  down: `
    DROP INDEX event_end;
    DROP INDEX message_direction;
    DROP TABLE resend;
  `,
};
