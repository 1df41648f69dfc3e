import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { progress } from './scenario.ts';

const BATCH = 50_000;
const CACHE_KIB = 1024 * 1024;

/**
 * Multiplies the last received message of a store until it holds `count`: every table that knows messages gets the same
 * octets again under new ids, with what a message in everyday use has unlike others (ids, conversation, times). Nobody
 * else may have the store open. What happens here in one transaction for many is no measure of anything.
 */
export function fillStore(path: string, count: number): void {
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`);
    for (let stored = countOf(db); stored < count; stored = countOf(db)) {
      progress(`filling the store: ${stored} of ${count}`);
      copyLast(db, Math.min(BATCH, count - stored));
    }
    db.exec('PRAGMA journal_mode = WAL');
  } finally {
    db.close();
  }
  // Now, and not while somebody measures.
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

function countOf(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS count FROM message').get()?.['count']);
}

/** What is another in each copy; all other columns, also those that later schemas add, are the same. */
const NEW: Readonly<Record<string, string>> = {
  message_id: "lower(hex(randomblob(16))) || '@localhost'",
  conversation_id: 'lower(hex(randomblob(16)))',
  stored_at: 'stored_at - n * 1000',
  timestamp: 'timestamp - n * 1000',
  state: "'TAKEN'",
};

function copyLast(db: DatabaseSync, count: number): void {
  const last = Number(db.prepare("SELECT max(id) AS id FROM message WHERE direction = 'in'").get()?.['id']);
  const columns = columnsOf(db, 'message').filter((name) => name !== 'id');
  const values = columns.map((name) => NEW[name] ?? name);
  db.exec(`BEGIN;
    WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count})
    INSERT INTO message (${columns.join(', ')}) SELECT ${values.join(', ')} FROM counted, message WHERE message.id = ${last}`);
  for (const table of ['envelope', 'payload', 'signal']) {
    const others = columnsOf(db, table).filter((name) => name !== 'message');
    db.exec(`INSERT INTO ${table} (message, ${others.join(', ')})
      SELECT copy.id, ${others.map((name) => `one.${name}`).join(', ')}
      FROM message AS copy, ${table} AS one WHERE copy.id > ${last} AND one.message = ${last}`);
  }
  const told = columnsOf(db, 'event').filter((name) => name !== 'sequence');
  const telling: Readonly<Record<string, string>> = {
    id: 'lower(hex(randomblob(16)))',
    message_id: 'copy.message_id',
    message: 'copy.id',
  };
  db.exec(`INSERT INTO event (${told.join(', ')})
      SELECT ${told.map((name) => telling[name] ?? `one.${name}`).join(', ')}
      FROM message AS copy, event AS one
      WHERE copy.id > ${last} AND one.sequence = (SELECT max(sequence) FROM event WHERE type = 'message.received');
    COMMIT`);
}

function columnsOf(db: DatabaseSync, table: string): readonly string[] {
  return db
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => String(name));
}
