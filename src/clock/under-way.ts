/** Knows its own place, so that it is found at once. */
export interface Placed {
  /** Undefined while it is not under way. */
  place: number | undefined;
}

/**
 * What is under way, in no order: much of it, each for a short time. A Set or a Map will not do, nor the listeners of an EventTarget:
 * a table that was outgrown names the next one, a listener that was removed the one after it. Once V8 has taken a single one of those
 * for old, all that came later stays in memory with all that hangs on it, until V8 marks the whole heap.
 */
export class UnderWay<T extends Placed> {
  readonly #all: T[] = [];

  get size(): number {
    return this.#all.length;
  }

  /** What is there already stays where it is. */
  add(one: T): void {
    if (one.place !== undefined) return;
    one.place = this.#all.length;
    this.#all.push(one);
  }

  /** The last one takes its place. */
  remove(one: T): void {
    const { place } = one;
    if (place === undefined) return;
    one.place = undefined;
    const last = this.#all.pop();
    if (last === undefined || last === one) return;
    this.#all[place] = last;
    last.place = place;
  }

  /** As it is now, whatever leaves while somebody goes through it. */
  now(): readonly T[] {
    return [...this.#all];
  }
}
