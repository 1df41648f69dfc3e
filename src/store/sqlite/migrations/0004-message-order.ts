import type { Migration } from './migration.ts';

/**
 * MessageOrder: a row a conversation that is numbered, one a message with a number. `next` is NULL while nothing but
 * messages that came too early is there; `gap` is the number that `message.held` was last raised for. A row of
 * `message_order` with an event is held: the event is stored when the message is handed over.
 */
export const messageOrder: Migration = {
  version: 4,
  up: `
    CREATE TABLE conversation (
      id INTEGER PRIMARY KEY,
      direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
      cpa_id TEXT NOT NULL,
      from_party_id TEXT NOT NULL,
      conversation_id TEXT NOT NULL,
      next INTEGER,
      gap INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX conversation_key ON conversation (conversation_id, cpa_id, from_party_id, direction);

    CREATE TABLE message_order (
      message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      conversation INTEGER NOT NULL REFERENCES conversation,
      number INTEGER NOT NULL,
      event TEXT
    ) STRICT;
    CREATE UNIQUE INDEX message_order_held ON message_order (conversation, number) WHERE event IS NOT NULL;
  `,
  down: `
    DROP TABLE message_order;
    DROP TABLE conversation;
  `,
};
