import type { Migration } from './migration.ts';

/** Whose consultations they are: a gateway may speak for several organisations. Of those before it is not known. */
export const consultationParties: Migration = {
  version: 15,
  up: 'ALTER TABLE consultation ADD COLUMN party TEXT;',
  down: 'ALTER TABLE consultation DROP COLUMN party;',
};
