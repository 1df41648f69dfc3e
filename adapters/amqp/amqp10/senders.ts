import type { Connection } from 'rhea';
import { Outgoing } from './outgoing.ts';

/** Queues that answers go to are many: links beyond these are closed when nothing is under way on them. */
const MOST_SENDERS = 64;

/** The links of one connection that messages go out by, one an address. */
export class Senders {
  readonly #connection: Connection;
  readonly #senders = new Map<string, Promise<Outgoing>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Rejects with the reason of the broker when there is no such address. */
  to(address: string): Promise<Outgoing> {
    const known = this.#senders.get(address);
    if (known !== undefined) return known;
    const opening = Outgoing.open(this.#connection, address, () => this.#senders.delete(address));
    this.#senders.set(address, opening);
    opening.catch(() => this.#senders.delete(address));
    if (this.#senders.size > MOST_SENDERS) void this.#closeIdle(address);
    return opening;
  }

  async #closeIdle(but: string): Promise<void> {
    for (const [address, opening] of this.#senders) {
      const outgoing = await opening.catch(() => undefined);
      if (address === but || outgoing?.isIdle !== true || this.#senders.get(address) !== opening) continue;
      this.#senders.delete(address);
      outgoing.close();
      return;
    }
  }
}
