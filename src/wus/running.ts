import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';

/** What was cut off still answers its partner and closes its record; so long it may take. */
const LAST_WORDS_MS = 5_000;

/** What is under way, and the end of it. */
export class Running {
  /** A number, not the work: what came after something that V8 holds for old would stay as long as that. */
  #count = 0;
  #none: PromiseWithResolvers<void> | undefined;
  readonly #cut = new AbortController();
  stopping = false;

  /** Aborts with BUSY when the grace time is over. */
  get cutOff(): AbortSignal {
    return this.#cut.signal;
  }

  add<T>(work: Promise<T>): Promise<T> {
    const leave = (): void => {
      this.#count -= 1;
      if (this.#count === 0) this.#none?.resolve();
    };
    this.#count += 1;
    work.then(leave, leave);
    return work;
  }

  /** Waits for all of it; what lasts longer than `graceMs` is cut off. Answers how much that was. */
  async stop(clock: Clock, graceMs: number | undefined): Promise<number> {
    this.stopping = true;
    const ended = this.#ended();
    if (graceMs === undefined) {
      await ended;
      return 0;
    }
    if (await isInTime(ended, clock, graceMs)) return 0;
    const left = this.#count;
    this.#cut.abort(new GatewayError('BUSY', { detail: 'the gateway stopped before the answer came' }));
    await isInTime(ended, clock, LAST_WORDS_MS);
    return left;
  }

  /** What ends may leave work behind: the record of its end. */
  async #ended(): Promise<void> {
    while (this.#count > 0) {
      this.#none ??= Promise.withResolvers();
      await this.#none.promise;
      this.#none = undefined;
    }
  }
}

async function isInTime(work: Promise<void>, clock: Clock, ms: number): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.schedule(clock.now() + ms, () => resolve(false));
  const inTime = await Promise.race([work.then(() => true), over]);
  cancel();
  return inTime;
}
