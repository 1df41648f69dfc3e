/** What a run has come to so far: checks and tests together. */
export interface Tally {
  passed: number;
  readonly failures: Failure[];
  readonly skips: string[];
}

export interface Failure {
  readonly name: string;
  readonly text: string;
}

export function newTally(): Tally {
  return { passed: 0, failures: [], skips: [] };
}

/** The last line of every run. */
export function lastLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failures.length} failed, ${tally.skips.length} skipped`;
}

/** 0 when something ran and nothing failed. */
export function exitCode(tally: Tally): number {
  return tally.failures.length === 0 && tally.passed > 0 ? 0 : 1;
}
