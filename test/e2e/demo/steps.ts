export interface Steps {
  /** Runs one step and shows it with its time. */
  step<T>(what: string, run: () => Promise<T>): Promise<T>;
  /** ms since the first step began. */
  totalMs(): number;
}

/** Shows the steps of the demo as they end; `quiet` shows nothing. */
export function createSteps(quiet: boolean): Steps {
  const started = performance.now();
  return {
    totalMs: () => Math.round(performance.now() - started),
    async step(what, run) {
      const from = performance.now();
      const result = await run();
      if (!quiet) console.log(`  ${what.padEnd(72)} ${String(Math.round(performance.now() - from)).padStart(6)} ms`);
      return result;
    },
  };
}
