import type { Counters } from './gateway.ts';

type Count = Exclude<keyof Counters, 'refused'>;

/** Counts since start. */
export class GatewayCounters implements Counters {
  received = 0;
  duplicates = 0;
  submitted = 0;
  attempts = 0;
  delivered = 0;
  exchanges = 0;
  readonly #refused = new Map<string, number>();

  get refused(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#refused);
  }

  add(count: Count): void {
    this[count] += 1;
  }

  refuse(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }
}
