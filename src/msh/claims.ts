import type { Clock } from '../clock.ts';

export interface ClaimParts {
  readonly clock: Clock;
  /** Claims what is due; rejects with what the store throws. */
  readonly claim: () => Promise<void>;
  /** Told why a claim failed; it is made again after a while. */
  readonly failed: (error: unknown) => void;
}

const STORE_RETRY_MS = 5_000;

/** When to claim: one claim at a time, whenever somebody wakes it or something falls due; none before `start` and after `stop`. */
export class Claims {
  readonly #parts: ClaimParts;
  #claiming = false;
  #claims: Promise<void> | undefined;
  #again = false;
  #stopped = true;
  #cancelTimer: (() => void) | undefined;
  #timerAt: number | undefined;

  constructor(parts: ClaimParts) {
    this.#parts = parts;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Claims now, before this returns; or right after the claim that is under way. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#claiming) this.#claims = this.#claimAll();
  }

  /** One timer, for the earliest time (ms since 1970) that anybody asked for: waking too early costs one claim. */
  wakeAt(at: number): void {
    if (this.#stopped || (this.#timerAt !== undefined && this.#timerAt <= at)) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#parts.clock.schedule(at, () => {
      this.#timerAt = undefined;
      this.wake();
    });
  }

  /** Answers when the claim that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#claims;
  }

  async #claimAll(): Promise<void> {
    this.#claiming = true;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#parts.claim();
      }
    } catch (error) {
      this.#parts.failed(error);
      this.wakeAt(this.#parts.clock.now() + STORE_RETRY_MS);
    } finally {
      this.#claiming = false;
    }
  }
}
