import { GatewayError } from '../../errors.ts';
import type { Database, Query } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';

export const SCHEMA_VERSION = MIGRATIONS.length;

const VERSION: Query<{ readonly value: string }> = { sql: "SELECT value FROM meta WHERE key = 'schema_version'" };

/**
 * Brings the schema to `target`, up or down, each step in a transaction of its own. A database that a newer gateway
 * made is refused with CONFIG_INVALID.
 */
export function migrate(db: Database, target: number = SCHEMA_VERSION): void {
  db.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID');
  let version = schemaVersion(db);
  if (version > SCHEMA_VERSION) refuseNewer(version);
  for (; version < target; version++) step(db, MIGRATIONS[version]?.up, version + 1);
  for (; version > target; version--) step(db, MIGRATIONS[version - 1]?.down, version - 1);
}

/** Throws CONFIG_INVALID. */
export function refuseNewer(version: number): never {
  throw new GatewayError('CONFIG_INVALID', {
    location: 'store.url',
    detail: `the database has schema version ${version}, this gateway knows up to ${SCHEMA_VERSION}: use a newer gateway`,
  });
}

const META: Query<unknown> = { sql: "SELECT 1 FROM sqlite_schema WHERE name = 'meta'" };

/** Whether the file is a database of ours at all. */
export function hasSchema(db: Database): boolean {
  return db.get(META) !== undefined;
}

export function schemaVersion(db: Database): number {
  const row = db.get(VERSION);
  return row === undefined ? 0 : Number(row.value);
}

function step(db: Database, sql: string | undefined, version: number): void {
  if (sql === undefined) throw new Error(`there is no migration to schema version ${version}`);
  db.transaction(() => {
    db.exec(sql);
    db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('schema_version', ?)", String(version));
  });
}
