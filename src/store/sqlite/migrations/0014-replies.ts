import type { Migration } from './migration.ts';

/** Where applications want the responses to what they sent; a response that waits keeps the place that it was given. */
export const replies: Migration = {
  version: 14,
  up: `
    CREATE TABLE reply_wanted (
      message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      message_id TEXT NOT NULL,
      destination TEXT NOT NULL,
      address TEXT NOT NULL,
      correlation TEXT NOT NULL
    ) STRICT;
    CREATE INDEX reply_wanted_message ON reply_wanted (message_id);
    ALTER TABLE handover ADD COLUMN reply_address TEXT;
    ALTER TABLE handover ADD COLUMN reply_correlation TEXT;
  `,
  down: `
    ALTER TABLE handover DROP COLUMN reply_correlation;
    ALTER TABLE handover DROP COLUMN reply_address;
    DROP TABLE reply_wanted;
  `,
};
