import assert from 'node:assert/strict';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import type { Direction } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { Database } from '../../../src/store/sqlite/database.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from '../../../src/store/sqlite/migrate.ts';
import { MIGRATIONS } from '../../../src/store/sqlite/migrations/index.ts';
import { listEventsAbout } from '../../../src/store/sqlite/operations/events.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('migrations of the SQLite store', () => {
  const folder = temporaryFolder();

  it('are numbered from 1 without a gap', () => {
    assert.deepEqual(
      MIGRATIONS.map(({ version }) => version),
      MIGRATIONS.map((_, index) => index + 1),
    );
  });

  it('each goes up, down and up again, and down leaves what was there before', () => {
    const db = new Database(':memory:');
    for (let version = 1; version <= SCHEMA_VERSION; version++) {
      migrate(db, version - 1);
      const before = schema(db);
      migrate(db, version);
      const after = schema(db);
      assert.notDeepEqual(after, before);
      migrate(db, version - 1);
      assert.deepEqual(schema(db), before);
      migrate(db, version);
      assert.deepEqual(schema(db), after);
      assert.equal(schemaVersion(db), version);
    }
    db.close();
  });

  it('consultations and their bodies go along when their table is made anew, and back', () => {
    const db = new Database(':memory:');
    migrate(db, 11);
    const add = (id: string, result: string): void => {
      db.run(
        `INSERT INTO consultation (id, role, service, at, result) VALUES (?, 'consumer', 'echo', 1, ?)`,
        id,
        result,
      );
    };
    const rows = (): readonly unknown[] =>
      db
        .all<object>({
          sql: `SELECT id, result, CAST(request AS TEXT) AS request
              FROM consultation LEFT JOIN consultation_content ON consultation = sequence ORDER BY sequence`,
        })
        .map((row) => ({ ...row }));
    add('one', 'answered');
    add('two', 'failed');
    db.run(
      "INSERT INTO consultation_content SELECT sequence, CAST('<a/>' AS BLOB), NULL FROM consultation WHERE id = 'two'",
    );
    const before = rows();
    migrate(db, 12);
    assert.deepEqual(rows(), before);
    add('three', 'undelivered');
    migrate(db, 11);
    assert.deepEqual(rows(), [...before, { id: 'three', result: 'failed', request: null }]);
    db.close();
  });

  it('the events of messages that were there are found by their rows', () => {
    const db = new Database(':memory:');
    migrate(db, 15);
    const columns = 'direction, message_id, cpa_id, from_party_id, to_party_id, service, action, conversation_id';
    for (const direction of ['in', 'out']) {
      db.run(
        `INSERT INTO message (${columns}, timestamp, stored_at, state, state_at)
         VALUES ('${direction}', 'm', 'cpa', 'a', 'b', 's', 'a', 'c', 1, 1, 'TAKEN', 1)`,
      );
    }
    for (const [id, messageId, direction] of [
      ['of-received', 'm', 'in'],
      ['of-sent', 'm', 'out'],
      ['refused', 'unknown', 'in'],
    ])
      db.run(
        "INSERT INTO event (id, type, at, message_id, direction, cpa_id, data) VALUES (?, 'x', 1, ?, ?, 'cpa', '{}')",
        id,
        messageId,
        direction,
      );
    migrate(db, 16);
    const about = (messageId: string, direction: Direction): readonly string[] =>
      listEventsAbout(db, { messageId, direction, cpaId: 'cpa', after: 0, limit: 9 }).map(({ id }) => id);
    assert.deepEqual(about('m', 'in'), ['of-received']);
    assert.deepEqual(about('m', 'out'), ['of-sent']);
    assert.deepEqual(about('unknown', 'in'), ['refused']);
    db.close();
  });

  it('a step that fails leaves the version and the schema as they were', () => {
    const db = new Database(':memory:');
    migrate(db, 0);
    db.exec('CREATE TABLE cpa (in_the_way)');
    const before = schema(db);
    assert.throws(() => migrate(db));
    assert.deepEqual([schema(db), schemaVersion(db)], [before, 0]);
    db.close();
  });

  it('a database of a newer schema is refused as CONFIG_INVALID and left alone', async () => {
    const path = join(folder(), 'store.db');
    await (await openStore({ url: `sqlite:${path}` })).close();
    const newer = new Database(path);
    newer.run("UPDATE meta SET value = ? WHERE key = 'schema_version'", String(SCHEMA_VERSION + 1));
    newer.close();
    await assert.rejects(
      openStore({ url: `sqlite:${path}` }),
      (error) => error instanceof GatewayError && error.code === 'CONFIG_INVALID' && error.location === 'store.url',
    );
    const left = new Database(path);
    assert.equal(schemaVersion(left), SCHEMA_VERSION + 1);
    left.close();
  });
});

function schema(db: Database): readonly unknown[] {
  return db.all({
    sql: "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
  });
}
