/** One figure of a scenario. */
export interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  readonly better: 'more' | 'less';
  /** What this machine does without a gateway, measured in the same run: same unit. */
  readonly bare?: Bare;
  /** What is asked: of value ÷ bare where there is a bare figure, else of the value. */
  readonly asked?: number;
}

export interface Bare {
  readonly what: string;
  readonly value: number;
}

export type Unit = '/s' | 'ms' | 'MB' | 'MB/s';

/** What one run of one scenario found. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly at: string;
  /** Load average of the minute before: what the machine had to do besides. */
  readonly load: number;
  /** Where it was not that of the whole run. */
  readonly machine?: string;
  /** What else a reader must know. */
  readonly remark?: string;
  readonly measured: readonly Measured[];
}

/** The run that docs/performance.md tells of; from the root of the project. */
export const RESULTS_FILE = 'test/bench/results.json';

/** A whole run, as `--save` and `--json` write it and `--compare` reads it. */
export interface BenchRun {
  readonly machine: string;
  readonly node: string;
  readonly command: string;
  readonly results: readonly ScenarioResult[];
}

/** value ÷ bare: less than the machine's noise stays in it. Undefined where nothing bare is comparable. */
export function ratioOf({ value, bare }: Measured): number | undefined {
  return bare === undefined ? undefined : value / bare.value;
}

/** Undefined where nothing is asked. */
export function isMet(measured: Measured): boolean | undefined {
  const { asked, better, value } = measured;
  if (asked === undefined) return undefined;
  const reached = ratioOf(measured) ?? value;
  return better === 'more' ? reached >= asked : reached <= asked;
}
