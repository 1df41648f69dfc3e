import { GatewayError } from '../../../errors.ts';
import type { CpaRecord } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

interface CpaRow {
  readonly cpa_id: string;
  readonly bytes: Uint8Array;
  readonly active: number;
  readonly imported_at: number;
}

const CPAS: Query<CpaRow> = { sql: 'SELECT cpa_id, bytes, active, imported_at FROM cpa ORDER BY cpa_id' };
const BYTES: Query<Pick<CpaRow, 'bytes'>> = { sql: 'SELECT bytes FROM cpa WHERE cpa_id = ?' };
const OPEN: Query<unknown> = {
  sql: "SELECT 1 FROM message WHERE cpa_id = ? AND state IN ('QUEUED', 'SENT') LIMIT 1",
};

/** Throws CPA_EXISTS when other bytes are stored under the id. */
export function saveCpa(db: Database, record: CpaRecord): void {
  const { cpaId, bytes, active, importedAt } = record;
  const stored = db.get(BYTES, cpaId);
  if (stored !== undefined && Buffer.compare(stored.bytes, bytes) !== 0) {
    throw new GatewayError('CPA_EXISTS', { detail: `another CPA is stored as ${cpaId}` });
  }
  db.run(
    `INSERT INTO cpa (cpa_id, bytes, active, imported_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (cpa_id) DO UPDATE SET active = excluded.active`,
    cpaId,
    bytes,
    Number(active),
    importedAt,
  );
}

export function setCpaActive(
  db: Database,
  { cpaId, active }: { readonly cpaId: string; readonly active: boolean },
): boolean {
  return db.run('UPDATE cpa SET active = ? WHERE cpa_id = ?', Number(active), cpaId) > 0;
}

/** Throws CPA_IN_USE while sent messages under it are open. */
export function removeCpa(db: Database, { cpaId }: { readonly cpaId: string }): boolean {
  const open = db.get(OPEN, cpaId);
  if (open !== undefined) {
    throw new GatewayError('CPA_IN_USE', { detail: `messages under ${cpaId} wait for their answer` });
  }
  return db.run('DELETE FROM cpa WHERE cpa_id = ?', cpaId) > 0;
}

export function listCpas(db: Database): readonly CpaRecord[] {
  return db.all(CPAS).map((row) => ({
    cpaId: row.cpa_id,
    bytes: row.bytes,
    active: row.active === 1,
    importedAt: row.imported_at,
  }));
}
