import { hash } from 'node:crypto';
import { GatewayError } from '../../errors.ts';

export interface MessageKey {
  readonly partner: string;
  readonly messageId: string;
}

/** Messages that run out within the same minute are forgotten together. */
const SPAN_MS = 60_000;

/**
 * The signed messages that could still come again: sender and MessageID, which the signature covers, until the Timestamp is too old
 * anyway. A memory that is full refuses new messages: to forget one would let it in a second time. @spec WS-Security 1.1 §13
 */
export class ReplayMemory {
  readonly #now: () => number;
  readonly #most: number;
  /** Digests: text that was cut from an envelope would keep all of it in memory. */
  readonly #known = new Set<string>();
  /** Keys by the minute after which they are forgotten. */
  readonly #spans = new Map<number, string[]>();
  #next = Number.POSITIVE_INFINITY;

  constructor({ now, most }: { readonly now: () => number; readonly most: number }) {
    this.#now = now;
    this.#most = most;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Remembers a message until then (ms since 1970). Throws WUS_REPLAY when it is known already, BUSY when there is no room. */
  admit(message: MessageKey, until: number): void {
    this.#forget();
    const name = `${message.partner} ${message.messageId}`;
    const key = hash('sha256', name, 'base64');
    if (this.#known.has(key)) throw new GatewayError('WUS_REPLAY', { detail: `${name} came before` });
    if (this.#known.size >= this.#most) throw new GatewayError('BUSY', { detail: 'the memory of messages is full' });
    this.#known.add(key);
    const span = Math.ceil(until / SPAN_MS);
    const keys = this.#spans.get(span);
    if (keys === undefined) this.#spans.set(span, [key]);
    else keys.push(key);
    this.#next = Math.min(this.#next, span);
  }

  #forget(): void {
    const now = this.#now() / SPAN_MS;
    if (now <= this.#next) return;
    for (const [span, keys] of this.#spans) {
      if (now <= span) continue;
      for (const key of keys) this.#known.delete(key);
      this.#spans.delete(span);
    }
    this.#next = Math.min(...this.#spans.keys());
  }
}
