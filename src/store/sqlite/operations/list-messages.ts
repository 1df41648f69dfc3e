import type { MessageQuery, MessageSummary, Page } from '../../../ports/store.ts';
import { pageOf, readCursor } from '../cursor.ts';
import type { Database, Parameter, Query } from '../database.ts';
import { IS_HELD, SUMMARY_COLUMNS, toSummary } from './message-rows.ts';
import type { SummaryRow } from './message-rows.ts';
import { ownedBy } from './owner.ts';

const CONDITIONS = [
  ['state', 'state = ?'],
  ['direction', 'direction = ?'],
  ['cpaId', 'cpa_id = ?'],
  ['service', 'service = ?'],
  ['action', 'action = ?'],
  ['conversationId', 'conversation_id = ?'],
  ['held', `${IS_HELD} = ?`],
  ['destination', 'destination = ?'],
  ['since', 'stored_at >= ?'],
  ['until', 'stored_at < ?'],
] as const satisfies readonly (readonly [Exclude<keyof MessageQuery, 'owner'>, string])[];

/** Filters whose index chooses better than that of the direction: `+` keeps that one out. */
const NARROWER = ['state', 'cpaId', 'conversationId', 'action'] as const;
const ANY_DIRECTION = '+direction = ?';

const SEARCHED = ['message_id', 'conversation_id', 'from_party_id', 'to_party_id', 'action'];

/** Newest first by the time of storing, then by key: the order of every index, so that a page reads only its own rows. */
export function listMessages(db: Database, query: MessageQuery): Page<MessageSummary> {
  const { sql, parameters } = listStatement(query);
  const page: Query<SummaryRow> = { sql };
  const rows = db.all(page, ...parameters);
  return pageOf(rows, query.limit, { item: toSummary, place: (row) => [row.stored_at, row.id] });
}

/** One row more than the page holds, which tells whether another page follows. */
export function listStatement(query: MessageQuery): {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
} {
  const used = CONDITIONS.filter(([name]) => query[name] !== undefined);
  const narrower = NARROWER.some((name) => query[name] !== undefined);
  const conditions: string[] = used.map(([name, condition]) =>
    name === 'direction' && narrower ? ANY_DIRECTION : condition,
  );
  const parameters: Parameter[] = used.map(([name]) => parameterOf(query[name]));
  if (query.q !== undefined && query.q !== '') {
    conditions.push(`(${SEARCHED.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`);
    const pattern = `%${query.q.replace(/[\\%_]/g, '\\$&')}%`;
    parameters.push(...SEARCHED.map(() => pattern));
  }
  if (query.owner !== undefined) {
    const own = ownedBy(query.owner);
    conditions.push(own.sql);
    parameters.push(...own.parameters);
  }
  if (query.cursor !== undefined) {
    conditions.push('(stored_at, id) < (?, ?)');
    parameters.push(...readCursor(query.cursor, 2));
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return {
    sql: `SELECT ${SUMMARY_COLUMNS} FROM message ${where} ORDER BY stored_at DESC, id DESC LIMIT ?`,
    parameters: [...parameters, query.limit + 1],
  };
}

function parameterOf(value: string | number | boolean | undefined): Parameter {
  return typeof value === 'boolean' ? Number(value) : value;
}
