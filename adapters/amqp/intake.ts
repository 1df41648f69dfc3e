import type { AmqpSettings } from './settings.ts';

/** Of bodies in memory at the same time, of one queue. */
const MOST_OCTETS = 64 * 1024 * 1024;

/**
 * How many messages of a queue the broker may hand out at once. Brokers count messages and no octets: few, as many as fit were each as
 * long as it may be; and `prefetch` while many short ones are worked off, until a long one comes, or there are no more.
 */
export class Intake {
  readonly #few: number;
  readonly #many: number;
  /** Octets of which `#many` fit. */
  readonly #short: number;
  #now: number;
  #inHand = 0;
  #long = 0;

  constructor({ prefetch, inlineLimit }: Pick<AmqpSettings, 'prefetch' | 'inlineLimit'>) {
    this.#few = Math.max(1, Math.min(prefetch, Math.floor(MOST_OCTETS / inlineLimit)));
    this.#many = prefetch;
    this.#short = Math.floor(MOST_OCTETS / prefetch);
    this.#now = this.#few;
  }

  get atOnce(): number {
    return this.#now;
  }

  /** One more is in hand. Answers whether that changes how many may be. */
  took(octets: number): boolean {
    this.#inHand++;
    if (octets > this.#short) this.#long++;
    if (this.#long > 0) return this.#become(this.#few);
    return this.#inHand >= this.#few && this.#become(this.#many);
  }

  /** It is settled. Answers whether that changes how many may be in hand. */
  settled(octets: number): boolean {
    this.#inHand--;
    if (octets > this.#short) this.#long--;
    return this.#inHand === 0 && this.#become(this.#few);
  }

  #become(atOnce: number): boolean {
    const changes = this.#now !== atOnce;
    this.#now = atOnce;
    return changes;
  }
}
