/** Primary result codes that blame one statement (ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE), not the store. */
const STATEMENT_CODES: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25]);
const SQLITE_BUSY = 5;

/** Whether the database as a whole cannot be used now: disk full, I/O, locked by another, damaged. */
export function isStoreFailure(thrown: unknown): boolean {
  const code = primaryCode(thrown);
  return code !== undefined && !STATEMENT_CODES.has(code);
}

export function isBusy(thrown: unknown): boolean {
  return primaryCode(thrown) === SQLITE_BUSY;
}

export function describeFailure(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined;
}
