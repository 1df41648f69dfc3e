import type { Migration } from './migration.ts';

/** One refusal by its id, and those of one code. */
export const refusals: Migration = {
  version: 8,
  up: `
    CREATE INDEX refusal_id ON refusal (id);
    CREATE INDEX refusal_code ON refusal (code, sequence);
  `,
  down: `
    DROP INDEX refusal_id;
    DROP INDEX refusal_code;
  `,
};
