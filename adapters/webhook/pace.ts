import { GatewayError } from '../../src/index.ts';
import type { Clock } from '../../src/index.ts';

const MINUTE_MS = 60_000;
/**
 * Who waits longer is told to come again: an attempt ends after ten minutes. All that a webhook has under way at the same time
 * finds its turn before that, also at one request a minute.
 */
const LONGEST_MS = 9 * MINUTE_MS;

/** The rate that a receiver allows: requests evenly spread over the minute. Without one they go at once. */
export class Pace {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #apartMs = 0;
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * WebHook-Allowed-Rate: requests a minute; `*`, none, or what is no number allows any. Answers what counts from now on.
   * @spec CloudEvents Web Hooks 1.0.2 §4.2.2
   */
  allow(rate: string | undefined): number | undefined {
    const perMinute = /^[1-9]\d{0,8}$/.test(rate ?? '') ? Number(rate) : undefined;
    this.#apartMs = perMinute === undefined ? 0 : MINUTE_MS / perMinute;
    return perMinute;
  }

  /** Resolves when the next request may go. Rejects with HANDOVER_FAILED when that is too far off, or there is none any more. */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    if (at - now > LONGEST_MS) throw tooFar();
    this.#next = at + this.#apartMs;
    if (at <= now) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#clock.schedule(at, resolve);
    const end = (): void => {
      cancel();
      reject(tooFar());
    };
    this.#waiting.add(end);
    await promise.finally(() => this.#waiting.delete(end));
  }

  /** A request goes at once, whatever the rate: somebody waits for its answer. Others make room for it. */
  count(): void {
    this.#next = Math.max(this.#clock.now(), this.#next) + this.#apartMs;
  }

  close(): void {
    for (const end of this.#waiting) end();
  }
}

function tooFar(): GatewayError {
  return new GatewayError('HANDOVER_FAILED', {
    detail: 'the receiver allows no more requests for now (WebHook-Allowed-Rate)',
  });
}
