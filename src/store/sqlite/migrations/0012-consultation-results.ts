import type { Migration } from './migration.ts';

/** The results are those of one table in the code: the database names them no more. SQLite changes no CHECK in its place. */
export const consultationResults: Migration = {
  version: 12,
  up: rebuilt('result TEXT NOT NULL', 'SELECT * FROM consultation_before'),
  down: rebuilt(
    "result TEXT NOT NULL CHECK (result IN ('running', 'answered', 'fault', 'refused', 'failed'))",
    `SELECT sequence, id, role, service, operation, partner, tls_oin, at, message_id, answer_id,
      iif(result = 'undelivered', 'failed', result), code, detail, duration_ms, remote FROM consultation_before`,
  ),
};

/** Both tables are made anew: what goes with the old one would take the bodies along. */
function rebuilt(result: string, before: string): string {
  return `
    ALTER TABLE consultation_content RENAME TO content_before;
    ALTER TABLE consultation RENAME TO consultation_before;
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
      ${result},
      code TEXT,
      detail TEXT,
      duration_ms INTEGER,
      remote TEXT
    ) STRICT;
    INSERT INTO consultation ${before};
    CREATE TABLE consultation_content (
      consultation INTEGER PRIMARY KEY REFERENCES consultation ON DELETE CASCADE,
      request BLOB,
      answer BLOB
    ) STRICT;
    INSERT INTO consultation_content SELECT * FROM content_before;
    DROP TABLE content_before;
    DROP TABLE consultation_before;
    CREATE INDEX consultation_at ON consultation (at);
    CREATE INDEX consultation_service ON consultation (service, at);
    CREATE INDEX consultation_partner ON consultation (coalesce(partner, tls_oin), at);
    CREATE INDEX consultation_message ON consultation (message_id) WHERE message_id IS NOT NULL;
    CREATE INDEX consultation_trouble ON consultation (result, at) WHERE result <> 'answered';
  `;
}
