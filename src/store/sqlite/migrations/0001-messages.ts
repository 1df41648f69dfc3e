import type { Migration } from './migration.ts';

/**
 * Messages of both directions in one narrow table; octets (envelope, payload, signal) in tables of their own, so that
 * lists and changes of state touch few pages. An outbox row sends a message, the answer to one, or (without `message`) a
 * signal of its own. `state_count` keeps what metrics ask without a count over everything. Tables with octets have
 * rowids: without them SQLite puts what is longer than a quarter of a page on pages of its own.
 */
export const messages: Migration = {
  version: 1,
  up: `
    CREATE TABLE message (
      id INTEGER PRIMARY KEY,
      direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
      message_id TEXT NOT NULL,
      cpa_id TEXT NOT NULL,
      from_party_id TEXT NOT NULL,
      from_role TEXT,
      to_party_id TEXT NOT NULL,
      to_role TEXT,
      service TEXT NOT NULL,
      action TEXT NOT NULL,
      conversation_id TEXT NOT NULL,
      ref_to_message_id TEXT,
      timestamp INTEGER NOT NULL,
      time_to_live INTEGER,
      stored_at INTEGER NOT NULL,
      state TEXT NOT NULL,
      state_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      identity TEXT,
      persist_until INTEGER,
      retries INTEGER,
      retry_interval INTEGER,
      reliable INTEGER,
      sync_reply INTEGER,
      ack_signed INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX message_key ON message (message_id, from_party_id, direction);
    CREATE INDEX message_stored ON message (stored_at);
    CREATE INDEX message_state ON message (state, stored_at);
    CREATE INDEX message_cpa ON message (cpa_id, stored_at);
    CREATE INDEX message_conversation ON message (conversation_id, stored_at);
    CREATE INDEX message_action ON message (service, action, stored_at);
    CREATE INDEX message_open ON message (cpa_id) WHERE state IN ('QUEUED', 'SENT');

    CREATE TABLE state_count (state TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO state_count (state, count)
      VALUES ('RECEIVED', 0), ('TAKEN', 0), ('QUEUED', 0), ('SENT', 0), ('DELIVERED', 0), ('FAILED', 0), ('EXPIRED', 0),
        ('CANCELLED', 0);
    CREATE TRIGGER message_counted AFTER INSERT ON message BEGIN
      UPDATE state_count SET count = count + 1 WHERE state = new.state;
    END;
    CREATE TRIGGER message_recounted AFTER UPDATE OF state ON message BEGIN
      UPDATE state_count SET count = count - 1 WHERE state = old.state;
      UPDATE state_count SET count = count + 1 WHERE state = new.state;
    END;
    CREATE TRIGGER message_uncounted AFTER DELETE ON message BEGIN
      UPDATE state_count SET count = count - 1 WHERE state = old.state;
    END;

    CREATE TABLE envelope (
      message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      octets BLOB NOT NULL
    ) STRICT;

    CREATE TABLE payload (
      message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      content_id TEXT NOT NULL,
      content_type TEXT NOT NULL,
      name TEXT,
      size INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      file TEXT,
      octets BLOB,
      PRIMARY KEY (message, ordinal),
      CHECK ((file IS NULL) <> (octets IS NULL))
    ) STRICT;
    CREATE INDEX payload_file ON payload (file) WHERE file IS NOT NULL;

    CREATE TABLE signal (
      message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      message_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      endpoint TEXT,
      lane TEXT,
      octets BLOB NOT NULL,
      PRIMARY KEY (message, ordinal)
    ) STRICT;

    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      message INTEGER UNIQUE REFERENCES message ON DELETE CASCADE,
      signal_id TEXT,
      octets BLOB,
      attempts INTEGER NOT NULL DEFAULT 0,
      endpoint TEXT NOT NULL,
      lane TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      lease_until INTEGER NOT NULL DEFAULT 0,
      fence INTEGER NOT NULL DEFAULT 0,
      CHECK ((message IS NULL) = (signal_id IS NOT NULL) AND (message IS NULL) = (octets IS NOT NULL))
    ) STRICT;
    CREATE INDEX outbox_lane ON outbox (lane, lease_until, due_at);
    CREATE INDEX outbox_leased ON outbox (lease_until) WHERE lease_until > 0;

    CREATE TABLE attempt (
      message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
      number INTEGER NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      status INTEGER,
      code TEXT,
      detail TEXT,
      PRIMARY KEY (message, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      at INTEGER NOT NULL,
      message_id TEXT,
      direction TEXT,
      cpa_id TEXT,
      data TEXT NOT NULL
    ) STRICT;

    CREATE TABLE refusal (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL,
      at INTEGER NOT NULL,
      code TEXT NOT NULL,
      location TEXT,
      detail TEXT,
      remote TEXT,
      message_id TEXT,
      cpa_id TEXT,
      from_party_id TEXT,
      sample BLOB NOT NULL
    ) STRICT;

    CREATE TABLE idempotency (
      application TEXT NOT NULL,
      key TEXT NOT NULL,
      digest TEXT NOT NULL,
      message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
      PRIMARY KEY (application, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX idempotency_message ON idempotency (message);

    CREATE TABLE cpa (
      cpa_id TEXT PRIMARY KEY,
      bytes BLOB NOT NULL,
      active INTEGER NOT NULL,
      imported_at INTEGER NOT NULL
    ) STRICT;
  `,
  down: `
    DROP TABLE cpa;
    DROP TABLE idempotency;
    DROP TABLE refusal;
    DROP TABLE event;
    DROP TABLE attempt;
    DROP TABLE outbox;
    DROP TABLE signal;
    DROP TABLE payload;
    DROP TABLE envelope;
    DROP TABLE message;
    DROP TABLE state_count;
  `,
};
