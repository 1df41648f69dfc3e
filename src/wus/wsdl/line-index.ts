const LINE_FEED = 0x0a;

/** Lines of a file by offset: where many places are asked for, looking from the begin each time would take too long. */
export class LineIndex {
  /** Offset of each line feed. */
  readonly #ends: readonly number[];

  constructor(bytes: Buffer) {
    const ends: number[] = [];
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) ends.push(at);
    this.#ends = ends;
  }

  /** From 1. */
  lineAt(offset: number): number {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }
}
