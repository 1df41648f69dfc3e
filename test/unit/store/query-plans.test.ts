import assert from 'node:assert/strict';
import type { MessageQuery } from '../../../src/ports/store.ts';
import { Database } from '../../../src/store/sqlite/database.ts';
import type { Parameter, Query } from '../../../src/store/sqlite/database.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { OPERATIONS } from '../../../src/store/sqlite/operations/index.ts';
import { listStatement } from '../../../src/store/sqlite/operations/list-messages.ts';
import {
  answer,
  ASYNCHRONOUS,
  attempt,
  cancellation,
  conclusion,
  event,
  filePart,
  inbound,
  inlinePart,
  outbound,
  PARTNER,
  refusal,
  T0,
} from '../../conformance/store/records.ts';

/** Tables that grow with the number of messages: no statement may read one of them from end to end. */
const GROWING =
  /^SCAN (?:message|m|i|envelope|payload|signal|attempt|event|refusal|idempotency|conversation|message_order)\b(?! USING (?:COVERING )?INDEX)/;

describe('query plans of the SQLite store', () => {
  it('no operation reads a growing table from end to end or sorts', () => {
    for (const sql of statementsOfEveryOperation()) {
      for (const step of planOf(sql)) {
        assert.doesNotMatch(step, GROWING, sql);
        // Several senders with one MessageId are few: takeInbound and findMessage may sort those.
        if (!sql.includes('message_id = ?')) assert.doesNotMatch(step, /TEMP B-TREE/, sql);
      }
    }
  });

  it('every filter of listMessages has an index that gives the order of the list', () => {
    const expected: readonly (readonly [Partial<MessageQuery>, string])[] = [
      [{}, 'message_stored'],
      [{ since: T0 }, 'message_stored'],
      [{ until: T0, q: 'x' }, 'message_stored'],
      [{ state: 'FAILED' }, 'message_state'],
      [{ state: 'FAILED', direction: 'out', since: T0 }, 'message_state'],
      [{ direction: 'out' }, 'message_direction'],
      [{ direction: 'in', since: T0, until: T0, q: 'x' }, 'message_direction'],
      [{ cpaId: 'cpa-1' }, 'message_cpa'],
      [{ cpaId: 'cpa-1', direction: 'in' }, 'message_cpa'],
      [{ conversationId: 'c' }, 'message_conversation'],
      [{ service: 's', action: 'a' }, 'message_action'],
    ];
    for (const [query, index] of expected) {
      for (const cursor of [undefined, Buffer.from(`${T0}.7`).toString('base64url')]) {
        const { sql } = listStatement({ limit: 10, ...query, ...(cursor !== undefined && { cursor }) });
        const plan = planOf(sql).join('; ');
        assert.match(plan, new RegExp(`^(SCAN|SEARCH) message USING INDEX ${index}\\b`), sql);
        assert.doesNotMatch(plan, /TEMP B-TREE/, sql);
      }
    }
  });
});

/** The real database; it also remembers every statement. */
class WatchedDatabase extends Database {
  readonly seen = new Set<string>();

  override run(sql: string, ...parameters: readonly Parameter[]): number {
    this.seen.add(sql);
    return super.run(sql, ...parameters);
  }

  override insert(sql: string, ...parameters: readonly Parameter[]): number | undefined {
    this.seen.add(sql);
    return super.insert(sql, ...parameters);
  }

  override get<Row>(query: Query<Row>, ...parameters: readonly Parameter[]): Row | undefined {
    this.seen.add(query.sql);
    return super.get(query, ...parameters);
  }

  override all<Row>(query: Query<Row>, ...parameters: readonly Parameter[]): readonly Row[] {
    this.seen.add(query.sql);
    return super.all(query, ...parameters);
  }
}

function statementsOfEveryOperation(): ReadonlySet<string> {
  const db = new WatchedDatabase(':memory:');
  migrate(db);
  db.seen.clear();
  runEveryOperation(db);
  db.close();
  assert.ok(db.seen.size > 30, `only ${db.seen.size} statements were seen`);
  return db.seen;
}

function runEveryOperation(db: Database): void {
  const received = inbound({ payloads: [inlinePart('x'), filePart('aa/x')] });
  const accepted = { message: received, answer: answer({ send: ASYNCHRONOUS }), event: event('message.received', 'x') };
  OPERATIONS.acceptInbound(db, accepted);
  OPERATIONS.acceptInbound(db, accepted);
  OPERATIONS.findInbound(db, { sender: PARTNER, messageId: received.messageId });
  const idempotency = { key: 'k', application: 'a', digest: 'd' };
  const sent = outbound({ idempotency });
  OPERATIONS.submitOutbound(db, sent);
  OPERATIONS.submitOutbound(db, sent);
  for (const next of [{ kind: 'wait', dueAt: T0, state: 'SENT' } as const, endOf(sent.messageId)]) {
    for (const { lease, message } of OPERATIONS.claimDue(db, { now: T0, leaseMs: 1, limit: 9, perLane: 9 }).jobs) {
      const following = message === undefined ? ({ kind: 'done' } as const) : next;
      OPERATIONS.recordAttempt(db, { lease, attempt: attempt(1), next: following });
    }
  }
  OPERATIONS.submitOutbound(db, outbound({ messageId: 'second@x' }));
  OPERATIONS.concludeOutbound(db, conclusion('second@x'));
  const resend = { of: 'second@x', event: event('message.resent', 'third@x') };
  OPERATIONS.submitOutbound(db, outbound({ messageId: 'third@x', resend }));
  OPERATIONS.cancelOutbound(db, cancellation('third@x'));
  OPERATIONS.takeInbound(db, { messageId: received.messageId, now: T0 });
  for (const number of [0, 2, 1]) {
    const order = { number, reset: number === 0, maxHeld: 9 };
    OPERATIONS.acceptInbound(db, { ...accepted, message: inbound({ order }) });
    OPERATIONS.submitOutbound(db, outbound({ order }));
  }
  OPERATIONS.findSubmitted(db, idempotency);
  OPERATIONS.findMessage(db, { messageId: sent.messageId, direction: undefined });
  OPERATIONS.note(db, { refusal: refusal(), event: undefined, signal: accepted.answer, now: T0 });
  OPERATIONS.listEvents(db, { after: 0, limit: 10 });
  OPERATIONS.listRefusals(db, { limit: 10 });
  OPERATIONS.refersTo(db, { file: 'aa/x' });
  OPERATIONS.stats(db, { now: T0 });
  const cpa = { cpaId: 'cpa-9', bytes: new Uint8Array(3), active: true, importedAt: T0 };
  OPERATIONS.saveCpa(db, cpa);
  OPERATIONS.setCpaActive(db, cpa);
  OPERATIONS.removeCpa(db, cpa);
  OPERATIONS.listCpas(db);
  OPERATIONS.auditMessages(db, { after: 0, last: 9, limit: 9, digests: true });
}

function endOf(messageId: string): Parameters<typeof OPERATIONS.recordAttempt>[1]['next'] {
  return { kind: 'end', state: 'FAILED', event: event('message.failed', messageId) };
}

function planOf(sql: string): readonly string[] {
  const db = new Database(':memory:');
  migrate(db);
  const plan = db.all<{ readonly detail: string }>({ sql: `EXPLAIN QUERY PLAN ${sql}` });
  db.close();
  return plan.map(({ detail }) => detail);
}
