export type Level = 'MUST' | 'SHOULD' | 'MAY';

/** Of a message; or of a consultation, under WUS. */
export type Side = 'sender' | 'receiver' | 'provider' | 'consumer' | 'both';

export interface Requirement {
  /** What tests name in their titles: `[ebMS2 §3.1.6.1-1]`. Never given to another requirement. */
  readonly id: string;
  /** `ebMS2 §3.1.6.1`: what `@spec` tags in src/ name. */
  readonly clause: string;
  readonly level: Level;
  readonly side: Side;
  readonly text: string;
  /** Why it is deliberately not met; docs/deviations.md says who is affected. */
  readonly left?: string;
}

/** Number within the clause, level, side, sentence in our words, and why it is left out if it is. */
export type Row = readonly [number: number, level: Level, side: Side, text: string, left?: string];

/** Requirements of one document, by clause. */
export function requirements(
  document: string,
  clauses: Readonly<Record<string, readonly Row[]>>,
): readonly Requirement[] {
  return Object.entries(clauses).flatMap(([name, rows]) =>
    rows.map(([number, level, side, text, left]) => {
      const clause = `${document} ${name}`;
      const id = `${clause}-${number}`;
      return { id, clause, level, side, text, ...(left === undefined ? {} : { left }) };
    }),
  );
}
