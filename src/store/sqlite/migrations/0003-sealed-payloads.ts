import type { Migration } from './migration.ts';

/** How a sent payload is encrypted: fixed at submit, so that every attempt carries the same octets. */
export const sealedPayloads: Migration = {
  version: 3,
  up: `
    ALTER TABLE payload ADD COLUMN sealed_algorithm TEXT;
    ALTER TABLE payload ADD COLUMN sealed_key BLOB;
    ALTER TABLE payload ADD COLUMN sealed_iv BLOB;
    ALTER TABLE payload ADD COLUMN sealed_head BLOB;
    ALTER TABLE payload ADD COLUMN sealed_tail BLOB;
  `,
  down: `
    ALTER TABLE payload DROP COLUMN sealed_tail;
    ALTER TABLE payload DROP COLUMN sealed_head;
    ALTER TABLE payload DROP COLUMN sealed_iv;
    ALTER TABLE payload DROP COLUMN sealed_key;
    ALTER TABLE payload DROP COLUMN sealed_algorithm;
  `,
};
