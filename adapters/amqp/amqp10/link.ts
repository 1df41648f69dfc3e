import type { Connection, EventContext } from 'rhea';
import { GatewayError } from '../../../src/index.ts';
import type { AmqpSettings } from '../settings.ts';
import type { Consumer, Delivery, Link, LinkWatch, OpenLink, Outcome, Publication } from '../transport.ts';
import { exchangeAddress, queueAddress, queueOf } from './addresses.ts';
import { type OpenConnection, openConnection } from './connect.ts';
import { field, readMessage } from './message.ts';
import { Senders } from './senders.ts';
import { attachReceiver, Gone, UNAUTHORIZED } from './sessions.ts';

const NOT_FOUND = 'amqp:not-found';
/** The queue is there, and belongs to another connection. */
const LOCKED = 'amqp:resource-locked';
/**
 * AMQP 1.0, by rhea. Nothing is declared: exchanges and queues must stand, and are looked for when the gateway connects. What
 * is settled by the broker as accepted is confirmed; released is returned.
 */
export const openLink10: OpenLink = async (settings, watch) => {
  const opened = await openConnection(settings, (why) => watch.lost(why));
  const link = new Link10(opened, settings, watch);
  try {
    await link.check();
  } catch (error) {
    await link.close();
    throw error;
  }
  return link;
};

interface Direct {
  readonly senders: Senders;
  readonly end: OpenConnection['end'];
}

class Link10 implements Link {
  readonly #connection: Connection;
  readonly #end: OpenConnection['end'];
  readonly #settings: AmqpSettings;
  readonly #watch: LinkWatch;
  readonly #senders: Senders;
  #direct: Promise<Direct> | undefined;
  /** Whether the broker says that no queue takes what goes to an exchange; else its version. */
  readonly #silentVersion: string | undefined;

  constructor({ connection, end }: OpenConnection, settings: AmqpSettings, watch: LinkWatch) {
    this.#connection = connection;
    this.#senders = new Senders(connection);
    this.#end = end;
    this.#settings = settings;
    this.#watch = watch;
    this.#silentVersion = silentVersion(connection.properties);
  }

  /** Throws BROKER_TOPOLOGY with the name of what is not there. */
  async check(): Promise<void> {
    const { exchange, refused } = this.#settings;
    await this.#found(`exchange ${exchange}`, () => this.#senders.to(exchangeAddress(exchange)));
    await this.#found(`queue ${refused}`, () => this.#look(refused));
  }

  async publish(publication: Publication): Promise<Outcome> {
    const { exchange, routingKey, mandatory, expirationMs } = publication;
    if (exchange === '') return this.#publishTo(queueOf(routingKey), publication);
    // Whoever waits for something that expires notices by itself that nobody took it.
    if (mandatory && expirationMs === undefined && this.#silentVersion !== undefined)
      return { is: 'returned', why: silent(this.#silentVersion) };
    const outgoing = await this.#senders.to(exchangeAddress(exchange));
    if (outgoing.hasCredit) return outgoing.send(publication);
    this.#watch.blocked(`it gives no credit for exchange ${exchange}`);
    void outgoing.credit().then(() => this.#watch.blocked(undefined));
    return outgoing.send(publication);
  }

  async consume(queue: string, prefetch: number, take: (delivery: Delivery) => void): Promise<Consumer> {
    let cancelled = false;
    const { link } = await this.#found(`queue ${queue}`, () =>
      attachReceiver(
        this.#connection,
        { source: { address: queueAddress(queue) }, credit_window: 0, autoaccept: false },
        (why) => this.#watch.lost(new Error(`the queue ${queue} is of no more use: ${why.message}`)),
      ),
    );
    link.on('message', (context: EventContext) => {
      const delivery = deliveryOf(context);
      // What still comes by the credit that was given goes back to the queue with the end of the session.
      if (!cancelled && delivery !== undefined) take(delivery);
    });
    link.set_credit_window(prefetch);
    link.add_credit(prefetch);
    return {
      cancel: async () => {
        cancelled = true;
        link.set_credit_window(0);
      },
      // Credit that was given cannot be taken back: it stays as it was.
      resize: () => Promise.resolve(),
    };
  }

  giveUp({ exchange, routingKey }: Publication, why: Error): void {
    if (exchange !== '' || queueOf(routingKey) === this.#settings.refused) return this.#watch.lost(why);
    const direct = this.#direct;
    this.#direct = undefined;
    direct?.then(({ end }) => end()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const direct = await this.#direct?.catch(() => undefined);
    await Promise.all([direct?.end(), this.#end()]);
  }

  /**
   * A broker that accepts what no queue takes is asked afterwards whether the queue is there: then it was, and has it.
   */
  async #publishTo(queue: string | undefined, publication: Publication): Promise<Outcome> {
    if (queue === undefined) return { is: 'returned', why: `${publication.routingKey} is no address of a queue` };
    const address = queueAddress(queue);
    try {
      const outgoing = await (await this.#sendersTo(queue)).to(address);
      const outcome = await outgoing.send({ ...publication, routingKey: queue });
      if (outcome.is !== 'confirmed' || this.#silentVersion === undefined) return outcome;
      await this.#look(queue);
      return outcome;
    } catch (error) {
      if (isCondition(error, NOT_FOUND)) return { is: 'returned', why: `there is no queue ${queue}` };
      if (isCondition(error, UNAUTHORIZED)) return { is: 'forbidden', why: error.message };
      if (error instanceof Gone) return { is: 'rejected', why: `the broker ended the connection: ${error.message}` };
      throw error;
    }
  }

  /**
   * What goes straight to a queue of an application has a connection of its own: RabbitMQ 3 ends it when the queue is full, and nothing
   * else ends with it.
   */
  async #sendersTo(queue: string): Promise<Senders> {
    if (queue === this.#settings.refused) return this.#senders;
    return (await (this.#direct ??= this.#openDirect())).senders;
  }

  async #openDirect(): Promise<Direct> {
    const over = (): void => void (this.#direct = undefined);
    try {
      const { connection, end } = await openConnection(this.#settings, over);
      return { senders: new Senders(connection), end };
    } catch (error) {
      over();
      throw error;
    }
  }

  async #look(queue: string): Promise<void> {
    try {
      const source = { address: queueAddress(queue) };
      (await attachReceiver(this.#connection, { source, credit_window: 0 }, () => undefined)).close();
    } catch (error) {
      if (!isCondition(error, LOCKED)) throw error;
    }
  }

  async #found<T>(what: string, look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (cause) {
      if (!isCondition(cause, NOT_FOUND)) throw cause;
      const detail = `${what} is not there, and over AMQP 1.0 the gateway declares nothing`;
      throw new GatewayError('BROKER_TOPOLOGY', { location: what, detail, cause });
    }
  }
}

function deliveryOf({ message, delivery }: EventContext): Delivery | undefined {
  const octets: unknown = message;
  if (delivery === undefined || !(octets instanceof Buffer)) return undefined;
  return {
    ...readMessage(octets),
    accept: () => delivery.accept(),
    release: () => delivery.release(),
  };
}

function isCondition(thrown: unknown, condition: string): thrown is Error {
  return thrown instanceof Error && 'condition' in thrown && thrown.condition === condition;
}

/** RabbitMQ says so since 3.13, and in late versions of 3.11 and 3.12. */
function silentVersion(properties: unknown): string | undefined {
  const version = field(properties, 'version');
  if (field(properties, 'product') !== 'RabbitMQ' || typeof version !== 'string') return undefined;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 3 || (major === 3 && minor < 13) ? version : undefined;
}

function silent(version: string): string {
  return `RabbitMQ ${version} does not say over AMQP 1.0 when no queue takes what goes to an exchange: name adapters.amqp.receiveQueue`;
}
