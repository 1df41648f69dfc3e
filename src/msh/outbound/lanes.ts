/** Attempts under way, one lane a partner, and the lanes in which more may wait in the outbox than has a place. */
export class Lanes {
  readonly #places: number;
  readonly #taken = new Map<string, number>();
  readonly #full = new Set<string>();

  /** `places`: attempts under way at the same time in one lane. */
  constructor(places: number) {
    this.#places = places;
  }

  enter(lane: string): void {
    this.#taken.set(lane, (this.#taken.get(lane) ?? 0) + 1);
  }

  /** Whether the lane was full and has a quarter of its places free now: it is worth looking at again. */
  leave(lane: string): boolean {
    const count = (this.#taken.get(lane) ?? 1) - 1;
    if (count === 0) this.#taken.delete(lane);
    else this.#taken.set(lane, count);
    return count * 4 <= this.#places * 3 && this.#full.delete(lane);
  }

  /** Whether a new message may go at once: there is a place, and nothing older can be waiting. */
  isOpen(lane: string): boolean {
    return !this.#full.has(lane) && (this.#taken.get(lane) ?? 0) < this.#places;
  }

  /** Something waits in this lane; `leave` says when to look. False: it has places, look now. */
  waits(lane: string): boolean {
    if ((this.#taken.get(lane) ?? 0) < this.#places) return false;
    this.#full.add(lane);
    return true;
  }

  /** After a claim: what has no place left may have more waiting. */
  noteFull(): void {
    for (const lane of this.#taken.keys()) this.waits(lane);
  }
}
