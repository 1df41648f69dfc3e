import type { Migration } from './migration.ts';

/**
 * Consultations of WUS, one row a request; bodies, where they are kept, beside them. The last index holds what did not end
 * well: few rows, and what operators ask for.
 */
export const consultations: Migration = {
  version: 6,
  up: `
    CREATE TABLE consultation (
      sequence INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      role TEXT NOT NULL CHECK (role IN ('provider', 'consumer')),
      service TEXT NOT NULL,
      operation TEXT,
      partner TEXT,
      tls_oin TEXT,
      at INTEGER NOT NULL,
      message_id TEXT,
      answer_id TEXT,
      result TEXT NOT NULL CHECK (result IN ('running', 'answered', 'fault', 'refused', 'failed')),
      code TEXT,
      detail TEXT,
      duration_ms INTEGER,
      remote TEXT
    ) STRICT;
    CREATE INDEX consultation_at ON consultation (at);
    CREATE INDEX consultation_service ON consultation (service, at);
    CREATE INDEX consultation_partner ON consultation (partner, at);
    CREATE INDEX consultation_message ON consultation (message_id) WHERE message_id IS NOT NULL;
    CREATE INDEX consultation_trouble ON consultation (result, at) WHERE result <> 'answered';

    CREATE TABLE consultation_content (
      consultation INTEGER PRIMARY KEY REFERENCES consultation ON DELETE CASCADE,
      request BLOB,
      answer BLOB
    ) STRICT;
  `,
  down: `
    DROP TABLE consultation_content;
    DROP TABLE consultation;
  `,
};
