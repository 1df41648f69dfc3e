import type { Clock } from '../../clock.ts';

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

/** Requests that failed to say who calls, by address and minute. */
export class Failures {
  readonly #clock: Clock;
  readonly #counts = new Map<string, { readonly since: number; count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one; answers how many there were from this address since its minute began. */
  add(address: string): number {
    const now = this.#clock.now();
    const known = this.#counts.get(address);
    const current = known !== undefined && now - known.since < WINDOW_MS ? known : { since: now, count: 0 };
    current.count += 1;
    // The one that is counted now goes to the end: whoever failed longest ago is forgotten first.
    this.#counts.delete(address);
    this.#counts.set(address, current);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MOST_ADDRESSES && oldest !== undefined) this.#counts.delete(oldest);
    return current.count;
  }
}
