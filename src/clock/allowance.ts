/**
 * How often somebody may: `perMinute` at once at most, and as many again each minute. It keeps one entry a name: whoever
 * asks sees to it that there cannot be any number of names.
 */
export class Allowance {
  readonly #perMinute: number;
  readonly #left = new Map<string, { tokens: number; at: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether this one may pass at `now` (ms); each that passes counts. */
  take(name: string, now: number): boolean {
    const known = this.#left.get(name) ?? { tokens: this.#perMinute, at: now };
    const regained = (Math.max(0, now - known.at) / 60_000) * this.#perMinute;
    const tokens = Math.min(this.#perMinute, known.tokens + regained);
    const passes = tokens >= 1;
    this.#left.set(name, { tokens: passes ? tokens - 1 : tokens, at: now });
    return passes;
  }
}
