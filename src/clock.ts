/** Time as a dependency: milliseconds since 1970 UTC, and one-shot timers on the same time line. */
export interface Clock {
  now(): number;
  /** Runs `task` once, at or after `at` (ms since 1970 UTC); the answer cancels it. */
  schedule(at: number, task: () => void): () => void;
}

const LONGEST_TIMER_MS = 0x7fffffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(at, task) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const wait = at - Date.now();
      timer = wait > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(task, Math.max(0, wait));
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** xsd:dateTime in UTC with milliseconds, the form that every known peer reads. @spec ebMS2 §3.1.6.2 */
export function toDateTime(ms: number): string {
  return new Date(ms).toISOString();
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/** xsd:dateTime → ms since 1970; without a zone it counts as UTC. `undefined` when it is no xsd:dateTime. */
export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null || !isDay(text)) return undefined;
  const ms = Date.parse(match[1] === undefined ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Date.parse takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const day = Number(text.slice(8, 10));
  return day <= 28 || day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const DURATION_UNITS_MS = [365 * 86_400_000, 30 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** xsd:duration → ms (a year counts 365 days, a month 30). `undefined` when it is none, or negative. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || text.endsWith('P') || text.endsWith('T')) return undefined;
  return DURATION_UNITS_MS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
}

/** So long is gathered at most; an event loop that has nothing else to do waits for nothing. */
const GATHER_MS = 4;

/**
 * Runs `task` when this turn of the event loop is over, or some turns later as long as each of them brings more and
 * there is not `enough`: what arrives in a crowd goes on together. `gathered` tells how much there is.
 */
export function onceGathered(gathered: () => number, enough: number, task: () => void): void {
  const until = performance.now() + GATHER_MS;
  let before = 0;
  const look = (): void => {
    const now = gathered();
    if (now > before && now < enough && performance.now() < until) {
      before = now;
      setImmediate(look);
    } else task();
  };
  setImmediate(look);
}
