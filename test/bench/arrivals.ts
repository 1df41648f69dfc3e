/** When each thing that is awaited came, by a name of it: performance.now, ms. */
export class Arrivals {
  readonly #came = new Map<string, number>();
  readonly #waiting = new Map<string, (at: number) => void>();

  /** Only the first time counts. */
  note(name: string): void {
    if (this.#came.has(name)) return;
    const now = performance.now();
    this.#came.set(name, now);
    this.#waiting.get(name)?.(now);
    this.#waiting.delete(name);
  }

  of(name: string): Promise<number> {
    const came = this.#came.get(name);
    return came === undefined ? new Promise((resolve) => this.#waiting.set(name, resolve)) : Promise.resolve(came);
  }
}
