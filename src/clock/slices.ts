/** So many begin in one turn of the event loop. */
const SLICE = 8;

/**
 * Lets work that comes in a crowd begin a few a turn: the threads behind the event loop, and its own sockets, are not left
 * without work until the last of the crowd was looked at.
 */
export class Slices {
  readonly #waiting: (() => void)[] = [];
  #begun = 0;

  /** At once while there is room in this turn. */
  run(begin: () => void): void {
    if (this.#begun === SLICE) {
      this.#waiting.push(begin);
      return;
    }
    if (this.#begun === 0) setImmediate(this.#next);
    this.#begun++;
    begin();
  }

  /** Resolves when it may begin. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }

  readonly #next = (): void => {
    this.#begun = 0;
    for (const begin of this.#waiting.splice(0, SLICE)) this.run(begin);
  };
}
