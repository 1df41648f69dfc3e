import type { Migration } from './migration.ts';

/** What applications named their calls of WUS by, for as long as their records are kept. */
export const wusCalls: Migration = {
  version: 13,
  up: `
    CREATE TABLE wus_call (
      application TEXT NOT NULL,
      key TEXT NOT NULL,
      consultation INTEGER NOT NULL REFERENCES consultation ON DELETE CASCADE,
      PRIMARY KEY (application, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX wus_call_consultation ON wus_call (consultation);
  `,
  down: 'DROP TABLE wus_call;',
};
