const ROUNDS = 15;
const ROUND_MS = 80;
const WARM_UP_MS = 1500;

export interface Turns {
  /** ms a call: the median over the rounds. */
  readonly ours: number;
  readonly bare: number;
}

type Work = () => unknown;

/** CPU time of this thread, ms: what other processes take does not count. */
export function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** For work that other threads do: performance.now, ms. */
export function wallTime(): number {
  return performance.now();
}

/**
 * Times two pieces of work in this process by turns, so that what else the machine does falls on both alike. A round is
 * long enough to hold the garbage collections that the work causes.
 */
export async function inTurns(ours: Work, bare: Work, time: () => number = threadTime): Promise<Turns> {
  for (const work of [ours, bare]) await round(work, WARM_UP_MS, time);
  const rounds: Turns[] = [];
  while (rounds.length < ROUNDS)
    rounds.push({ ours: await round(ours, ROUND_MS, time), bare: await round(bare, ROUND_MS, time) });
  return { ours: median(rounds.map((one) => one.ours)), bare: median(rounds.map((one) => one.bare)) };
}

async function round(work: Work, ms: number, time: () => number): Promise<number> {
  const started = performance.now();
  const from = time();
  let calls = 0;
  while (performance.now() - started < ms) {
    const result = work();
    if (result instanceof Promise) await result;
    calls++;
  }
  return (time() - from) / calls;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
