import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';

export type Parameter = SQLInputValue | undefined;

/** A SELECT and the rows it gives: the tables are STRICT, so that the types named here hold. */
export interface Query<Row> {
  readonly sql: string;
  /** Never there: it only carries the type. */
  readonly row?: Row;
}

/**
 * A LIMIT that is a parameter. An expression: SQLite looks at the value of a bare `LIMIT ?` while it prepares the statement, and
 * so prepares it anew each time that one is bound.
 */
export const LIMIT = 'LIMIT ? + 0';

/** The driver behind a narrow door: prepared statements are kept by their text, `undefined` is NULL. */
export class Database {
  readonly #driver: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.#driver = new DatabaseSync(path, { readOnly });
  }

  /** Answers how many rows were changed. */
  run(sql: string, ...parameters: readonly Parameter[]): number {
    return Number(this.#prepare(sql).run(...bind(parameters)).changes);
  }

  /** Runs an INSERT; answers the key of the new row, or undefined when ON CONFLICT made it do nothing. */
  insert(sql: string, ...parameters: readonly Parameter[]): number | undefined {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...bind(parameters));
    return changes === 0 ? undefined : Number(lastInsertRowid);
  }

  /** The first row. */
  get<Row>(query: Query<Row>, ...parameters: readonly Parameter[]): Row | undefined;
  get({ sql }: Query<unknown>, ...parameters: readonly Parameter[]): unknown {
    return this.#prepare(sql).get(...bind(parameters));
  }

  all<Row>(query: Query<Row>, ...parameters: readonly Parameter[]): readonly Row[];
  all({ sql }: Query<unknown>, ...parameters: readonly Parameter[]): unknown {
    return this.#prepare(sql).all(...bind(parameters));
  }

  /** Runs statements without parameters; nothing is kept. */
  exec(sql: string): void {
    this.#driver.exec(sql);
  }

  /** One transaction that takes the write lock at once; whatever `work` throws undoes it. */
  transaction<T>(work: () => T): T {
    return this.#within('BEGIN IMMEDIATE', work);
  }

  /** Reads that see one state of the database; takes no write lock. */
  snapshot<T>(work: () => T): T {
    return this.#within('BEGIN', work);
  }

  close(): void {
    this.#statements.clear();
    this.#driver.close();
  }

  #within<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (thrown) {
      // A full disk makes SQLite roll back by itself.
      if (this.#driver.isTransaction) this.run('ROLLBACK');
      throw thrown;
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#driver.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function bind(parameters: readonly Parameter[]): SQLInputValue[] {
  return parameters.map((parameter) => (parameter === undefined ? null : parameter));
}
