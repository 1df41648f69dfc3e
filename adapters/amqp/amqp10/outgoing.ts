import type { Connection, Delivery, EventContext, Sender } from 'rhea';
import type { Outcome, Publication } from '../transport.ts';
import { saidError } from './connect.ts';
import { messageOf } from './message.ts';
import { type Attached, attachSender, type Ended } from './sessions.ts';

interface Pending {
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (why: Error) => void;
}

const OUTCOMES: Readonly<Record<string, Outcome['is']>> = {
  accepted: 'confirmed',
  released: 'returned',
  modified: 'rejected',
  rejected: 'rejected',
};

/** Sends to one address, and says what became of each message. @spec AMQP 1.0 §3.4 */
export class Outgoing {
  readonly #attached: Attached<Sender>;
  readonly #pending = new Map<Delivery, Pending>();
  #waiting: (() => void)[] = [];
  #over: Error | undefined;

  private constructor(attached: Attached<Sender>) {
    this.#attached = attached;
    for (const [event, is] of Object.entries(OUTCOMES))
      attached.link.on(event, ({ delivery }: EventContext) => {
        if (delivery === undefined) return;
        this.#pending.get(delivery)?.settle({ is, why: reasonOf(delivery) });
        this.#pending.delete(delivery);
      });
    attached.link.on('sendable', () => this.#wake());
  }

  /** Rejects with the reason of the broker when there is no such address. */
  static async open(connection: Connection, address: string, ended: Ended): Promise<Outgoing> {
    let outgoing: Outgoing | undefined;
    // Else rhea tells of a modified message as of a released one, first.
    const options = { target: { address }, treat_modified_as_released: false };
    const attached = await attachSender(connection, options, (why) => {
      if (outgoing !== undefined) outgoing.#end(why);
      ended(why);
    });
    return (outgoing = new Outgoing(attached));
  }

  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Whether the broker takes one more now. */
  get hasCredit(): boolean {
    return this.#attached.link.sendable();
  }

  /** Resolves when it may take one again, or never will. */
  credit(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Waits for the broker to take one more. Rejects when the link ends before it says what became of this one. */
  async send(publication: Publication): Promise<Outcome> {
    while (this.#over === undefined && !this.hasCredit) await this.credit();
    if (this.#over !== undefined) throw this.#over;
    const { promise, resolve: settle, reject: fail } = Promise.withResolvers<Outcome>();
    this.#pending.set(this.#attached.link.send(messageOf(publication)), { settle, fail });
    return promise;
  }

  close(): void {
    this.#end(new Error('closed'));
    this.#attached.close();
  }

  #end(why: Error): void {
    this.#over = why;
    for (const { fail } of this.#pending.values()) fail(why);
    this.#pending.clear();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Why a broker rejected it, where it says so. */
function reasonOf({ remote_state: state }: Delivery): string | undefined {
  const said = saidError(state?.['error']);
  return said && `the broker refused it: ${said.message}`;
}
