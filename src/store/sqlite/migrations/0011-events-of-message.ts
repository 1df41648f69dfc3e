import type { Migration } from './migration.ts';

/** The events of one message, for its evidence; the index of the final ones alone is in it. */
export const eventsOfMessage: Migration = {
  version: 11,
  up: `
    DROP INDEX event_end;
    CREATE INDEX event_message ON event (message_id) WHERE message_id IS NOT NULL;
  `,
  down: `
    DROP INDEX event_message;
    CREATE INDEX event_end ON event (message_id)
      WHERE type IN ('message.delivered', 'message.failed', 'message.expired', 'message.cancelled');
  `,
};
