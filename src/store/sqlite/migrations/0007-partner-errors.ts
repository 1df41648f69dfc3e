import type { Migration } from './migration.ts';

/** What a partner said against a message that was sent; a message that nobody refuses pays nothing for it. */
export const partnerErrors: Migration = {
  version: 7,
  up: `
    CREATE INDEX event_said ON event (message_id)
      WHERE type IN ('message.failed', 'message.late-signal', 'alert.partner-error');
  `,
  down: `
    DROP INDEX event_said;
  `,
};
