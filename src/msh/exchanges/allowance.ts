/**
 * How often a partner may ask: `perMinute` at once at most, and as many again each minute. What it keeps is bounded by
 * the parties of the contracts, since a question is only counted when its parties are known.
 */
export class Allowance {
  readonly #perMinute: number;
  readonly #left = new Map<string, { tokens: number; at: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether this one may pass at `now` (ms); each that passes counts. */
  take(partner: string, now: number): boolean {
    const known = this.#left.get(partner) ?? { tokens: this.#perMinute, at: now };
    const regained = (Math.max(0, now - known.at) / 60_000) * this.#perMinute;
    const tokens = Math.min(this.#perMinute, known.tokens + regained);
    const passes = tokens >= 1;
    this.#left.set(partner, { tokens: passes ? tokens - 1 : tokens, at: now });
    return passes;
  }
}
