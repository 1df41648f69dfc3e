import type { Migration } from './migration.ts';

/** Who was refused before it was proven is found by what TLS showed, in the same order. */
export const refusedConsultations: Migration = {
  version: 10,
  up: `
    DROP INDEX consultation_partner;
    CREATE INDEX consultation_partner ON consultation (coalesce(partner, tls_oin), at);
  `,
  down: `
    DROP INDEX consultation_partner;
    CREATE INDEX consultation_partner ON consultation (partner, at);
  `,
};
