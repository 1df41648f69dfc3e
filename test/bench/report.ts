import { type BenchRun, isMet, type Measured, ratioOf, type ScenarioResult } from './results.ts';

/** Heads and rows of all figures of a run, ready to be shown. */
export function figureRows(results: readonly ScenarioResult[]): readonly (readonly string[])[] {
  return results.flatMap(({ scenario, measured }) =>
    measured.map((one) => [
      scenario,
      one.what,
      showValue(one),
      one.bare === undefined ? '' : showValue({ ...one, value: one.bare.value }),
      one.bare === undefined ? '' : showRatio(one, ratioOf(one) ?? 0),
      showAsked(one),
      verdict(one),
    ]),
  );
}

export const FIGURE_HEADS = ['scenario', 'figure', 'value', 'bare', 'of bare', 'asked', ''] as const;

export function showValue({ value, unit }: Measured): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return unit === '/s' ? `${value.toFixed(digits)}/s` : `${value.toFixed(digits)} ${unit}`;
}

/** A share where more is better, a multiple where less is. */
function showRatio({ better }: Measured, ratio: number): string {
  return better === 'more' ? `${(ratio * 100).toFixed(1)} %` : `${ratio.toFixed(2)} ×`;
}

function showAsked(one: Measured): string {
  const { asked, better, bare } = one;
  if (asked === undefined) return '';
  const sign = better === 'more' ? '≥' : '≤';
  return `${sign} ${bare === undefined ? showValue({ ...one, value: asked }) : showRatio(one, asked)}`;
}

function verdict(one: Measured): string {
  const met = isMet(one);
  if (met === undefined) return '';
  return met ? 'met' : 'NOT met';
}

/** Old and new side by side; a change for the worse beyond what runs differ by is marked. */
export function comparisonRows(before: BenchRun, after: BenchRun): readonly (readonly string[])[] {
  const known = new Map(
    before.results.flatMap(({ scenario, measured }) => measured.map((one) => [key(scenario, one), one])),
  );
  return after.results.flatMap(({ scenario, measured }) =>
    measured.map((one) => {
      const old = known.get(key(scenario, one));
      if (old === undefined) return [scenario, one.what, '', showValue(one), '', 'new'];
      const change = comparable(one, old);
      return [scenario, one.what, showValue(old), showValue(one), `${change.toFixed(2)} ×`, judge(one, change)];
    }),
  );
}

export const COMPARISON_HEADS = ['scenario', 'figure', 'old', 'new', 'new ÷ old', ''] as const;

function key(scenario: string, { what }: Measured): string {
  return `${scenario}: ${what}`;
}

/** By the ratio to the bare figure where both have one: the same machine is not as fast at every hour. */
function comparable(one: Measured, old: Measured): number {
  const [now, then] = [ratioOf(one), ratioOf(old)];
  return now === undefined || then === undefined ? one.value / old.value : now / then;
}

/** Runs of the same code differ by so much; the slowest hundredth and bare milliseconds by more. */
const NOISE = 0.1;
const NOISE_OF_TAILS = 0.5;

function judge({ better, what }: Measured, change: number): string {
  const noise = what.includes('p99') ? NOISE_OF_TAILS : NOISE;
  const worse = better === 'more' ? 1 / change : change;
  if (worse > 1 + noise) return 'REGRESSION';
  return worse < 1 / (1 + noise) ? 'better' : '';
}

/** Columns of equal width for a terminal. */
export function textTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}
