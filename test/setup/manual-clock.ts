import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until a test moves it; due timers run in order while it moves. */
export class ManualClock implements Clock {
  #now: number;
  #timers: { at: number; task: () => void }[] = [];

  constructor(now: number = Date.parse('2026-11-22T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(at: number, task: () => void): () => void {
    const timer = { at, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Whether something is to happen at this time. */
  isSet(at: number): boolean {
    return this.#timers.some((timer) => timer.at === at);
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let timer = this.#nextUntil(end); timer !== undefined; timer = this.#nextUntil(end)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.task();
    }
    this.#now = end;
  }

  #nextUntil(end: number): { at: number; task: () => void } | undefined {
    return this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
