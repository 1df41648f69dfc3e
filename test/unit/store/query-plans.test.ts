import assert from 'node:assert/strict';
import type { ConsultationQuery, MessageQuery } from '../../../src/ports/store.ts';
import { Database } from '../../../src/store/sqlite/database.ts';
import type { Parameter, Query } from '../../../src/store/sqlite/database.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { OPERATIONS } from '../../../src/store/sqlite/operations/index.ts';
import { consultationsStatement } from '../../../src/store/sqlite/operations/list-consultations.ts';
import { listStatement } from '../../../src/store/sqlite/operations/list-messages.ts';
import { ANSWERED, consultation } from '../../conformance/store/consultations.ts';
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
  /^SCAN (?:message|m|i|envelope|payload|signal|attempt|event|refusal|idempotency|conversation|message_order|consultation|consultation_content|handover|h|event_cursor|dead_letter|d|e)\b(?! USING (?:COVERING )?INDEX)/;

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

  it('who knows a MessageId finds its message by that, and not among all of one direction or CPA', () => {
    for (const sql of statementsOfEveryOperation()) {
      if (!sql.includes('message_id = ')) continue;
      for (const step of planOf(sql)) assert.doesNotMatch(step, /USING INDEX message_(?!key|order|open)/, sql);
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

  it('every filter of the consultations but the operation has an index that gives the order of the list', () => {
    const expected: readonly (readonly [Partial<ConsultationQuery>, string])[] = [
      [{}, 'consultation_at'],
      [{ since: T0, until: T0, role: 'provider' }, 'consultation_at'],
      [{ result: 'answered' }, 'consultation_at'],
      [{ result: 'failed' }, 'consultation_trouble'],
      [{ result: 'running', role: 'consumer', since: T0 }, 'consultation_trouble'],
      [{ service: 'echo' }, 'consultation_service'],
      [{ service: 'echo', operation: 'Echo', until: T0 }, 'consultation_service'],
      [{ partner: '1' }, 'consultation_partner'],
    ];
    for (const [query, index] of expected) {
      for (const cursor of [undefined, Buffer.from(`${T0}.7`).toString('base64url')]) {
        const { sql } = consultationsStatement({ limit: 10, ...query, ...(cursor !== undefined && { cursor }) });
        const plan = planOf(sql).join('; ');
        assert.match(plan, new RegExp(`^(SCAN|SEARCH) consultation USING INDEX ${index}\\b`), sql);
        assert.doesNotMatch(plan, /TEMP B-TREE/, sql);
      }
    }
    const one = consultationsStatement({ limit: 10, messageId: 'm', service: 'echo' });
    assert.match(planOf(one.sql).join('; '), /^SEARCH consultation USING INDEX consultation_message\b/);
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
  handOver(db);
  OPERATIONS.findSubmitted(db, idempotency);
  OPERATIONS.findMessage(db, { messageId: sent.messageId, direction: undefined });
  OPERATIONS.note(db, { refusal: refusal(), event: undefined, signal: accepted.answer, now: T0 });
  OPERATIONS.listEvents(db, { after: 0, limit: 10 });
  OPERATIONS.listEventsAbout(db, { messageId: 'x', direction: 'in', cpaId: 'cpa-1', after: 0, limit: 10 });
  OPERATIONS.listEventsOf(db, {
    owner: { directions: ['in'], parties: ['p'], services: undefined, actions: undefined },
    after: 0,
    limit: 10,
  });
  OPERATIONS.listRefusals(db, { limit: 10 });
  for (const query of [{ id: 'x' }, { code: 'CPA_UNKNOWN' }, { since: T0 }, { code: 'CPA_UNKNOWN', since: T0 }])
    OPERATIONS.listRefusals(db, { ...query, limit: 10 });
  OPERATIONS.refersTo(db, { file: 'aa/x' });
  OPERATIONS.stats(db, { now: T0 });
  OPERATIONS.probe(db, { mark: 'x' });
  const cpa = { cpaId: 'cpa-9', bytes: new Uint8Array(3), active: true, importedAt: T0 };
  OPERATIONS.saveCpa(db, cpa);
  OPERATIONS.setCpaActive(db, cpa);
  OPERATIONS.removeCpa(db, cpa);
  OPERATIONS.listCpas(db);
  OPERATIONS.auditMessages(db, { after: 0, last: 9, limit: 9, digests: true });
  OPERATIONS.auditEvents(db, { after: 0, last: 9, limit: 9 });
  const consulted = consultation();
  const call = { application: 'amqp', key: 'vraag-1', again: false };
  OPERATIONS.beginConsultation(db, { consultation: consulted, call });
  const content = { request: new Uint8Array(3), answer: undefined };
  OPERATIONS.endConsultation(db, { id: consulted.id, end: { ...ANSWERED, content } });
  OPERATIONS.listConsultations(db, { limit: 9 });
  OPERATIONS.findConsultation(db, consulted);
  OPERATIONS.replayableConsultations(db, { since: T0 });
  OPERATIONS.purgeConsultations(db, { before: T0 + 1, limit: 9 });
}

function handOver(db: Database): void {
  const destination = 'amqp';
  const order = { number: 0, reset: true, maxHeld: 9 };
  for (const more of [{}, { order, conversationId: 'handed' }]) {
    const message = inbound({ destination, ...more });
    OPERATIONS.acceptInbound(db, { message, answer: undefined, event: event('message.received', 'x') });
  }
  const terms = { destinations: [destination], now: T0, leaseMs: 1, limit: 9, octets: 9 };
  const failure = { at: T0, dueAt: T0, code: 'HANDOVER_FAILED', detail: undefined } as const;
  for (const { lease, header } of OPERATIONS.claimHandovers(db, terms).jobs) {
    OPERATIONS.postponeHandover(db, { lease, failure });
    OPERATIONS.hastenHandover(db, { messageId: header.messageId, now: T0 });
  }
  OPERATIONS.hastenHandovers(db, { destination, now: T0 });
  const leases = OPERATIONS.claimHandovers(db, terms).jobs.map(({ lease }) => lease);
  OPERATIONS.confirmHandovers(db, { leases, now: T0 });
  const subscriber = 'hook';
  OPERATIONS.openCursor(db, { subscriber });
  OPERATIONS.buryEvent(db, { subscriber, sequence: 1, failure: { ...failure, attempts: 1 } });
  for (const query of [{}, { subscriber }, { id: 'x' }]) OPERATIONS.listDeadLetters(db, { limit: 9, ...query });
  OPERATIONS.markDeadLetter(db, { id: 'x' });
  for (const { id } of OPERATIONS.listDeadLetters(db, { limit: 9 }).items) {
    OPERATIONS.markDeadLetter(db, { id });
    OPERATIONS.markedDeadLetters(db, { subscriber, limit: 9 });
    OPERATIONS.settleDeadLetter(db, { id, failure: { ...failure, attempts: 2 } });
    OPERATIONS.settleDeadLetter(db, { id, failure: undefined });
  }
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
