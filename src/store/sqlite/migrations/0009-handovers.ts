import type { Migration } from './migration.ts';

/**
 * Destinations of received messages other than the inbox: one row a message that waits. `due_at` is NULL while it waits
 * for earlier ones of its conversation (with a `turn`: they are there, and were not confirmed yet), and when it is
 * stopped. Subscribers of events have a cursor, and letters for what they did not take.
 */
export const handovers: Migration = {
  version: 9,
  up: `
    ALTER TABLE message ADD COLUMN destination TEXT NOT NULL DEFAULT 'inbox';

    CREATE TABLE handover (
      message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      destination TEXT NOT NULL,
      due_at INTEGER,
      lease_until INTEGER NOT NULL DEFAULT 0,
      fence INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0,
      stopped INTEGER NOT NULL DEFAULT 0,
      failed_at INTEGER,
      code TEXT,
      detail TEXT,
      conversation INTEGER REFERENCES conversation,
      turn INTEGER
    ) STRICT;
    CREATE INDEX handover_due ON handover (destination, lease_until, due_at);
    CREATE INDEX handover_leased ON handover (lease_until) WHERE lease_until > 0;
    CREATE INDEX handover_turn ON handover (conversation, destination, turn) WHERE conversation IS NOT NULL;

    CREATE TABLE event_cursor (
      subscriber TEXT PRIMARY KEY,
      sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dead_letter (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      subscriber TEXT NOT NULL,
      event INTEGER NOT NULL REFERENCES event,
      at INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      code TEXT NOT NULL,
      detail TEXT,
      marked INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE UNIQUE INDEX dead_letter_event ON dead_letter (event, subscriber);
    CREATE INDEX dead_letter_subscriber ON dead_letter (subscriber, key);
    CREATE INDEX dead_letter_marked ON dead_letter (subscriber, key) WHERE marked = 1;
  `,
  down: `
    DROP TABLE dead_letter;
    DROP TABLE event_cursor;
    DROP TABLE handover;
    ALTER TABLE message DROP COLUMN destination;
  `,
};
