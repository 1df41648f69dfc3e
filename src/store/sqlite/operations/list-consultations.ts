import type { Consultation, ConsultationQuery } from '../../../ports/consultations.ts';
import type { Page } from '../../../ports/store.ts';
import { pageOf, readCursor } from '../cursor.ts';
import type { Database, Parameter, Query } from '../database.ts';
import { CONSULTATION_COLUMNS, toConsultation } from './consultations.ts';
import type { ConsultationRow } from './consultations.ts';

const CONDITIONS = [
  ['messageId', 'message_id = ?'],
  ['service', 'service = ?'],
  ['partner', 'coalesce(partner, tls_oin) = ?'],
  ['operation', 'operation = ?'],
  ['role', 'role = ?'],
  ['result', 'result = ?'],
  ['since', 'at >= ?'],
  ['until', 'at < ?'],
] as const satisfies readonly (readonly [Exclude<keyof ConsultationQuery, 'owner'>, string])[];

/** What the index of everything that did not end well is made for; SQLite must read it in the words of the index. */
const TROUBLE = "result <> 'answered'";

/** Newest first by time, then by key: the order of every index, so that a page reads only its own rows. */
export function listConsultations(db: Database, query: ConsultationQuery): Page<Consultation> {
  const { sql, parameters } = consultationsStatement(query);
  const page: Query<ConsultationRow> = { sql };
  const rows = db.all(page, ...parameters);
  return pageOf(rows, query.limit, { item: toConsultation, place: ({ at, sequence }) => [at, sequence] });
}

/** One row more than the page holds, which tells whether another page follows. */
export function consultationsStatement(query: ConsultationQuery): {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
} {
  const used = CONDITIONS.filter(([name]) => query[name] !== undefined);
  // A MessageID chooses best: `+` keeps the other indexes out.
  const narrower = query.messageId === undefined ? '' : '+';
  const conditions: string[] = used.map(([name, condition]) =>
    name === 'messageId' ? condition : `${narrower}${condition}`,
  );
  const parameters: Parameter[] = used.map(([name]) => query[name]);
  if (query.result !== undefined && query.result !== 'answered') conditions.push(TROUBLE);
  for (const [column, list] of ownColumns(query)) {
    conditions.push(`+${column} IN (${list.map(() => '?').join(', ')})`);
    parameters.push(...list);
  }
  if (query.cursor !== undefined) {
    conditions.push('(at, sequence) < (?, ?)');
    parameters.push(...readCursor(query.cursor, 2));
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return {
    sql: `SELECT ${CONSULTATION_COLUMNS} FROM consultation ${where} ORDER BY at DESC, sequence DESC LIMIT ?`,
    parameters: [...parameters, query.limit + 1],
  };
}

function ownColumns({ owner }: ConsultationQuery): readonly (readonly [string, readonly string[]])[] {
  const columns = [
    ['party', owner?.parties],
    ['service', owner?.services],
    ['operation', owner?.operations],
  ] as const;
  return columns.flatMap(([column, list]) => (list === undefined ? [] : [[column, list] as const]));
}
