import type { MessageState, StoreStats } from '../../../ports/store.ts';
import type { Database, Query } from '../database.ts';

const STATES: Query<{ readonly state: MessageState; readonly count: number }> = {
  sql: 'SELECT state, count FROM state_count WHERE count > 0',
};

const OUTBOX: Query<{ readonly due: number; readonly oldest: number | null }> = {
  sql: 'SELECT count(*) FILTER (WHERE due_at <= ?) AS due, min(due_at) AS oldest FROM outbox',
};

export function stats(db: Database, { now }: { readonly now: number }): Omit<StoreStats, 'commits'> {
  const states = db.all(STATES);
  const outbox = db.get(OUTBOX, now);
  return {
    states: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    outboxDue: outbox?.due ?? 0,
    oldestDue: outbox?.oldest ?? undefined,
  };
}

export function refersTo(db: Database, { file }: { readonly file: string }): boolean {
  return db.get({ sql: 'SELECT 1 FROM payload WHERE file = ? LIMIT 1' }, file) !== undefined;
}
