import type { Clock } from '../clock.ts';

/** Called once, when time is over. */
type Late = () => void;

/**
 * One time limit for many things that are under way: what began first is late first, so that one timer does for all.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  /** When each is late, in the order in which they began. */
  readonly #running = new Map<Late, number>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** `late` is a function of its own for each. */
  begin(late: Late): void {
    this.#running.set(late, this.#clock.now() + this.#ms);
    if (this.#cancelTimer === undefined) this.#arm();
  }

  end(late: Late): void {
    this.#running.delete(late);
    if (this.#running.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #arm(): void {
    const [first] = this.#running.values();
    this.#cancelTimer = first === undefined ? undefined : this.#clock.schedule(first, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [late, at] of this.#running) {
      if (at > now) break;
      this.#running.delete(late);
      late();
    }
    this.#arm();
  }
}
