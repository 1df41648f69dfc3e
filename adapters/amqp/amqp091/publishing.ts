import type { ConfirmChannel, Message, Options } from 'amqplib';
import type { Outcome, Publication } from '../transport.ts';

const ACCESS_REFUSED = 403;

interface Pending {
  readonly publication: Publication;
  readonly settle: (outcome: Outcome) => void;
}

/** One channel that is published on, and what became of what is under way there. */
export class Publishing {
  readonly #channel: ConfirmChannel;
  readonly #pending = new Set<Pending>();

  constructor(channel: ConfirmChannel) {
    this.#channel = channel;
    channel.on('return', (returned) => this.#returned(returned));
  }

  publish(publication: Publication): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        this.#pending.delete(pending);
        resolve(outcome);
      };
      const pending: Pending = { publication, settle };
      const { exchange, routingKey, content } = publication;
      // A channel that ends refuses what it has not confirmed; its error is told in the same turn, before this is known.
      this.#channel.publish(exchange, routingKey, content, optionsOf(publication), (refused: unknown) =>
        settle({ is: refused === null || refused === undefined ? 'confirmed' : 'rejected' }),
      );
      this.#pending.add(pending);
    });
  }

  /** The broker ended the channel: nothing of what is under way can be known any more, but why. */
  end(error: Error): void {
    const is = 'code' in error && error.code === ACCESS_REFUSED ? 'forbidden' : 'rejected';
    for (const { settle } of this.#pending) settle({ is, why: error.message });
  }

  /** Nothing more is heard of what is under way. */
  async close(why: Error): Promise<void> {
    this.end(why);
    await this.#channel.close();
  }

  /** A return comes before the confirm of the same message. */
  #returned({ fields, properties }: Message): void {
    for (const { publication, settle } of this.#pending) {
      const { exchange, routingKey, properties: own } = publication;
      if (fields.exchange === exchange && fields.routingKey === routingKey && properties.messageId === own.messageId)
        settle({ is: 'returned' });
    }
  }
}

function optionsOf({ mandatory, expirationMs, properties, headers }: Publication): Options.Publish {
  const known = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
  const expiration = expirationMs === undefined ? {} : { expiration: String(expirationMs) };
  return { ...known, ...expiration, headers, mandatory, persistent: true };
}
