import type { Migration } from './migration.ts';

const MESSAGE_OF_EVENT = `SELECT m.id FROM message m INDEXED BY message_key
  WHERE m.message_id = event.message_id AND m.direction = event.direction AND m.cpa_id = event.cpa_id`;

/**
 * An event names its message by the row: rows are numbered as they come, so that the index grows at its end, while that
 * of MessageIds made one more page at random dirty for each message. Events of what was not stored (yet) keep such an index.
 */
export const eventsByRow: Migration = {
  version: 16,
  up: `
    ALTER TABLE event ADD COLUMN message INTEGER;
    UPDATE event SET message = (${MESSAGE_OF_EVENT}) WHERE message_id IS NOT NULL;
    DROP INDEX event_message;
    CREATE INDEX event_of_message ON event (message) WHERE message IS NOT NULL;
    CREATE INDEX event_unstored ON event (message_id) WHERE message IS NULL AND message_id IS NOT NULL;
  `,
  down: `
    DROP INDEX event_unstored;
    DROP INDEX event_of_message;
    ALTER TABLE event DROP COLUMN message;
    CREATE INDEX event_message ON event (message_id) WHERE message_id IS NOT NULL;
  `,
};
