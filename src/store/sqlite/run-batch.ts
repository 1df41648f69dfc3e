import { toGatewayError } from '../../errors.ts';
import type { Database } from './database.ts';
import { OPERATIONS, READ_ONLY } from './operations/index.ts';
import type { OperationName } from './operations/index.ts';
import type { BatchReply, Call, CallResult, Failure } from './protocol.ts';
import { describeFailure, isStoreFailure } from './sqlite-errors.ts';

/**
 * Runs the operations that waited together as one transaction: one fsync for all. At first without savepoints, which
 * would copy every page that an operation touches; only when one of them throws is all undone and done again with a
 * savepoint each, so that the one that fails takes nothing with it.
 */
export function runBatch(db: Database, calls: readonly Call[]): BatchReply {
  const wrote = !calls.every((call) => READ_ONLY.has(call.name));
  try {
    return { kind: 'done', wrote, results: inTransaction(db, wrote, () => calls.map((call) => perform(db, call))) };
  } catch (thrown) {
    if (isStoreFailure(thrown)) return failed(thrown);
  }
  try {
    const results = inTransaction(db, wrote, () => calls.map((call) => performGuarded(db, call)));
    return { kind: 'done', wrote, results };
  } catch (thrown) {
    return failed(thrown);
  }
}

function inTransaction<T>(db: Database, wrote: boolean, work: () => T): T {
  return wrote ? db.transaction(work) : db.snapshot(work);
}

function perform(db: Database, call: Call): CallResult {
  const operations: Readonly<Record<OperationName, Operation['perform']>> = OPERATIONS;
  return { value: operations[call.name](db, call.argument) };
}

/** As a method, because the argument's type is known only to who made the call. */
interface Operation {
  perform(db: Database, argument: unknown): unknown;
}

function performGuarded(db: Database, call: Call): CallResult {
  db.run('SAVEPOINT operation');
  try {
    const result = perform(db, call);
    db.run('RELEASE operation');
    return result;
  } catch (thrown) {
    if (isStoreFailure(thrown)) throw thrown;
    db.run('ROLLBACK TO operation');
    db.run('RELEASE operation');
    return { error: toFailure(thrown) };
  }
}

export function toFailure(thrown: unknown): Failure {
  const { code, location, detail } = toGatewayError(thrown);
  return { code, location, detail };
}

function failed(thrown: unknown): BatchReply {
  return {
    kind: 'failed',
    error: { code: 'STORE_UNAVAILABLE', location: undefined, detail: describeFailure(thrown) },
  };
}
