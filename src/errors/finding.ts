/** What a check of a document finds: an error makes it unusable, a warning is to be looked at, a note only says something. */
export type Severity = 'error' | 'warning' | 'note';

/** One row a code. Codes are public; texts may be reworded. */
export interface FindingRow {
  readonly severity: Severity;
  readonly text: string;
  readonly remedy: string;
  /** The clause that asks for it. */
  readonly spec?: string;
}

/** A row at one place of the document. */
export interface FindingAt<Code extends string> extends FindingRow {
  readonly code: Code;
  readonly place: string;
}

type RowOf = (text: string, remedy: string, spec?: string) => FindingRow;

export const error: RowOf = rowsOf('error');
export const warning: RowOf = rowsOf('warning');
export const note: RowOf = rowsOf('note');

function rowsOf(severity: Severity): RowOf {
  return (text, remedy, spec) => ({ severity, text, remedy, ...(spec === undefined ? {} : { spec }) });
}

const ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** Errors first; for `sort`. */
export function bySeverity(one: Pick<FindingRow, 'severity'>, other: Pick<FindingRow, 'severity'>): number {
  return ORDER[one.severity] - ORDER[other.severity];
}

/** The finding of a row; `particulars` is what was found there. */
export function findingAt<Code extends string>(
  rows: Readonly<Record<Code, FindingRow>>,
  code: Code,
  place: string,
  particulars?: string,
): FindingAt<Code> {
  const { text, ...rest }: FindingRow = rows[code];
  return { ...rest, code, place, text: particulars === undefined ? text : `${text} (${particulars})` };
}
