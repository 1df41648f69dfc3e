/** A delivery, as far as settling it goes. */
export interface Tagged {
  readonly fields: { readonly deliveryTag: number };
}

/** What a channel of amqplib says to the broker about deliveries. */
export interface SettlingChannel<M extends Tagged> {
  ack(message: M, allUpTo?: boolean): void;
  nack(message: M, allUpTo: boolean, requeue: boolean): void;
}

/**
 * Settles the deliveries of one channel, which the broker numbers from 1 on. What is accepted in one turn of the event loop
 * goes in one frame up to the first that is still open, and in a frame each behind it: who waits keeps nobody's place.
 */
export class Acknowledgments<M extends Tagged> {
  readonly #channel: SettlingChannel<M>;
  /** All before it are settled. */
  #first = 1;
  /** Settled too, from `#first` on. */
  readonly #settled = new Set<number>();
  #accepted: M[] = [];

  constructor(channel: SettlingChannel<M>) {
    this.#channel = channel;
  }

  accept(message: M): void {
    this.#accepted.push(message);
    if (this.#accepted.length === 1) setImmediate(() => this.flush());
  }

  /** It goes back to its queue. */
  release(message: M): void {
    this.#channel.nack(message, false, true);
    this.#settled.add(message.fields.deliveryTag);
  }

  /** Tells the broker now. A channel that is closed needs not be told: the broker hands out again what it was not told of. */
  flush(): void {
    const accepted = this.#accepted;
    this.#accepted = [];
    try {
      this.#acknowledge(accepted);
    } catch {
      this.#settled.clear();
    }
  }

  #acknowledge(accepted: readonly M[]): void {
    for (const { fields } of accepted) this.#settled.add(fields.deliveryTag);
    while (this.#settled.delete(this.#first)) this.#first++;
    let last: M | undefined;
    for (const message of accepted) {
      const { deliveryTag } = message.fields;
      if (deliveryTag >= this.#first) this.#channel.ack(message);
      else if (last === undefined || deliveryTag > last.fields.deliveryTag) last = message;
    }
    if (last !== undefined) this.#channel.ack(last, true);
  }
}
