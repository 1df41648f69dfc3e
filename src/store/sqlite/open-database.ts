import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { GatewayError } from '../../errors.ts';
import { LONGEST_LOG_PAGES } from './checkpointer.ts';
import { Database } from './database.ts';
import { hasSchema, migrate, refuseNewer, SCHEMA_VERSION, schemaVersion } from './migrate.ts';
import { describeFailure, isBusy } from './sqlite-errors.ts';

export const IN_MEMORY = ':memory:';

const BUSY_TIMEOUT_MS = 1_000;
/** What is larger costs more to look through at each commit than it saves: the operating system caches the file as well. */
const CACHE_KIB = 8_192;
const READER_CACHE_KIB = 2_048;

/** The database with its schema brought up to date, and the lock that keeps other gateways out of it. */
export interface OpenedDatabase {
  readonly db: Database;
  /** A descriptor of the file, to flush it by; undefined in memory and for who only reads. */
  readonly file: number | undefined;
  close(): void;
}

/** Throws STORE_UNAVAILABLE when it cannot be opened or another process has it; CONFIG_INVALID for a newer schema. */
export function openDatabase(path: string): OpenedDatabase {
  if (path === IN_MEMORY) return { db: prepared(path), file: undefined, close: () => undefined };
  makeFile(path);
  const lock = lockOut(path);
  let file: number | undefined;
  const leave = (): void => {
    if (file !== undefined) closeSync(file);
    lock.close();
  };
  try {
    file = openSync(path, 'r+');
    const db = prepared(path);
    return {
      db,
      file,
      // In this order, for the same reason as in `makeFile`.
      close() {
        db.close();
        leave();
      },
    };
  } catch (thrown) {
    leave();
    throw thrown;
  }
}

/**
 * A second connection that only reads, beside whoever writes. Throws STORE_UNAVAILABLE when there is no database, or one
 * whose schema is not that of this program yet; CONFIG_INVALID for a newer schema.
 */
export function openReader(path: string): OpenedDatabase {
  if (!existsSync(path)) throw unavailable(`${path} is not there`);
  const db = new Database(path, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA cache_size = -${READER_CACHE_KIB}`);
    requireSchema(db, path);
    return { db, file: undefined, close: () => db.close() };
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function requireSchema(db: Database, path: string): void {
  const version = hasSchema(db) ? schemaVersion(db) : 0;
  if (version > SCHEMA_VERSION) refuseNewer(version);
  if (version < SCHEMA_VERSION)
    throw unavailable(
      `${path} has schema version ${version} of ${SCHEMA_VERSION}: start the gateway once with this version`,
    );
}

function unavailable(detail: string): GatewayError {
  return new GatewayError('STORE_UNAVAILABLE', { location: 'store.url', detail });
}

/**
 * The file, readable by its owner only; SQLite gives its log the same permissions. One that is there is left alone: to
 * close a descriptor of it would give up the locks that this process holds on it.
 */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (const file of [path, lockPath(path)]) if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  } catch (thrown) {
    throw new GatewayError('STORE_UNAVAILABLE', {
      location: 'store.url',
      detail: `${path} cannot be opened: ${describeFailure(thrown)}`,
      cause: thrown,
    });
  }
}

const lockPath = (path: string): string => `${path}-lock`;

/**
 * A file lock of the operating system on an empty file beside the database, held while the transaction is open and gone
 * with the process however it dies. It is not on the database itself, so that a backup may read that meanwhile.
 */
function lockOut(path: string): Database {
  const lock = new Database(lockPath(path));
  try {
    lock.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; BEGIN EXCLUSIVE`);
    return lock;
  } catch (thrown) {
    lock.close();
    if (!isBusy(thrown)) throw thrown;
    throw new GatewayError('STORE_UNAVAILABLE', {
      location: 'store.url',
      detail: `${path} is in use by another process: one gateway at a time can open it`,
      cause: thrown,
    });
  }
}

function prepared(path: string): Database {
  const db = new Database(path);
  try {
    db.exec(`
      PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${LONGEST_LOG_PAGES};
    `);
    migrate(db);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}
