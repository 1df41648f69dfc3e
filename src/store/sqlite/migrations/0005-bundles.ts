import type { Migration } from './migration.ts';

/** The envelope of a message as it travelled in an HTTP answer, with the receipt of the request beside it. */
export const bundles: Migration = {
  version: 5,
  up: `
    CREATE TABLE bundle (
      message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      octets BLOB NOT NULL
    ) STRICT;
  `,
  down: `
    DROP TABLE bundle;
  `,
};
