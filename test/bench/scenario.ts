import type { Measured } from './results.ts';

export interface BenchOptions {
  /** Octets of a large payload. */
  readonly size: number;
  /** Messages in the store, for what must not grow with them. */
  readonly stored: readonly number[];
}

export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly what: string;
  run(options: BenchOptions): Promise<readonly Measured[]>;
}

/** What is under way, for who waits: on stderr, so that stdout holds results alone. */
export function progress(text: string): void {
  process.stderr.write(`  … ${text}\n`);
}
