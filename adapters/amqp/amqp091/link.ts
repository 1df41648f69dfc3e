import { type ChannelModel, type ConfirmChannel, connect, type ConsumeMessage } from 'amqplib';
import type { AmqpSettings } from '../settings.ts';
import type { Consumer, Delivery, Link, LinkWatch, OpenLink, Outcome, Properties, Publication } from '../transport.ts';
import { Acknowledgments } from './acknowledgments.ts';
import { declareAll } from './declare.ts';
import { Publishing } from './publishing.ts';
import { guardHeaders } from './readable-headers.ts';
import { topology } from './topology.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** The broker counts on a quorum queue how often it handed a message out before. */
const DELIVERIES = 'x-delivery-count';

/** AMQP 0-9-1, by amqplib: channels for what is published and one for each queue, so that none waits for another. */
export const openLink091: OpenLink = async (settings, watch) => {
  const model = await connectTo(settings);
  guardHeaders(model.connection);
  let why: Error | undefined;
  model.on('error', (error) => (why = error));
  model.on('close', (error) => watch.lost(error ?? why ?? new Error('the connection was closed')));
  model.on('blocked', (reason) => watch.blocked(reason));
  model.on('unblocked', () => watch.blocked(undefined));
  try {
    const declaring = await model.createConfirmChannel();
    declaring.on('error', () => undefined);
    await declareAll(declaring, topology(settings));
    await declaring.close();
    const publishing = await model.createConfirmChannel();
    publishing.on('error', (error) => watch.lost(error));
    return new Link091(model, publishing, watch);
  } catch (error) {
    void model.close().catch(() => undefined);
    throw why ?? error;
  }
};

class Link091 implements Link {
  readonly #model: ChannelModel;
  readonly #publishing: Publishing;
  readonly #watch: LinkWatch;
  #direct: Promise<Publishing> | undefined;
  readonly #acknowledgments: Acknowledgments<ConsumeMessage>[] = [];

  constructor(model: ChannelModel, publishing: ConfirmChannel, watch: LinkWatch) {
    this.#model = model;
    this.#publishing = new Publishing(publishing);
    this.#watch = watch;
  }

  async publish(publication: Publication): Promise<Outcome> {
    if (publication.exchange !== '') return this.#publishing.publish(publication);
    return (await this.#toQueues()).publish(publication);
  }

  /**
   * What goes straight to a queue has a channel of its own: the broker ends it where the gateway may not write to the default exchange,
   * and nothing else ends with it.
   */
  #toQueues(): Promise<Publishing> {
    return (this.#direct ??= this.#openDirect());
  }

  async #openDirect(): Promise<Publishing> {
    try {
      const channel = await this.#model.createConfirmChannel();
      const publishing = new Publishing(channel);
      channel.on('error', (error) => {
        this.#direct = undefined;
        publishing.end(error);
      });
      return publishing;
    } catch (error) {
      this.#direct = undefined;
      throw error;
    }
  }

  async consume(queue: string, prefetch: number, take: (delivery: Delivery) => void): Promise<Consumer> {
    const channel = await this.#model.createConfirmChannel();
    channel.on('error', (error) => this.#watch.lost(error));
    const acknowledgments = new Acknowledgments<ConsumeMessage>(channel);
    this.#acknowledgments.push(acknowledgments);
    const handOut = (message: ConsumeMessage | null): void => {
      if (message !== null) take(deliveryOf(acknowledgments, message));
      else this.#watch.lost(new Error(`the queue ${queue} was deleted`));
    };
    giveAll(channel, handOut);
    // It counts for consumers that begin after it.
    const begin = async (atOnce: number): Promise<string> => {
      await channel.prefetch(atOnce);
      return (await channel.consume(queue, handOut)).consumerTag;
    };
    let consumer = await begin(prefetch);
    return {
      cancel: async () => void (await channel.cancel(consumer)),
      async resize(atOnce) {
        await channel.cancel(consumer);
        consumer = await begin(atOnce);
      },
    };
  }

  giveUp({ exchange }: Publication, why: Error): void {
    if (exchange !== '') return this.#watch.lost(why);
    const direct = this.#direct;
    this.#direct = undefined;
    direct?.then((publishing) => publishing.close(why)).catch(() => undefined);
  }

  close(): Promise<void> {
    for (const acknowledgments of this.#acknowledgments) acknowledgments.flush();
    return this.#model.close();
  }
}

/**
 * Of a quorum queue a delivery may come after the broker has confirmed that its consumer is cancelled; amqplib throws then, and the
 * connection ends.
 */
function giveAll(channel: object, handOut: (message: ConsumeMessage | null) => void): void {
  if (typeof Reflect.get(channel, 'dispatchMessage') !== 'function')
    throw new Error('channels of amqplib have no dispatchMessage');
  Reflect.set(channel, 'dispatchMessage', (_fields: unknown, message: ConsumeMessage | null) => handOut(message));
}

function deliveryOf(acknowledgments: Acknowledgments<ConsumeMessage>, message: ConsumeMessage): Delivery {
  const { content, properties, fields } = message;
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  // Whoever publishes can write that header too: the broker writes it over when it hands the message out again.
  const before = fields.redelivered ? headers[DELIVERIES] : 0;
  return {
    content,
    properties: propertiesOf(properties),
    headers,
    earlier: typeof before === 'number' ? before : 0,
    accept: () => acknowledgments.accept(message),
    release: () => acknowledgments.release(message),
  };
}

function propertiesOf(properties: ConsumeMessage['properties']): Properties {
  const { messageId, correlationId, contentType, contentEncoding, type, replyTo, appId, timestamp } = properties;
  return { messageId, correlationId, contentType, contentEncoding, type, replyTo, appId, timestamp };
}

const NOT_OPENED = 'Expected ConnectionOpenOk';

export async function connectTo(settings: AmqpSettings): Promise<ChannelModel> {
  try {
    return await connect(addressOf(settings), socketOptions(settings));
  } catch (cause) {
    // amqplib tells nothing more of what the broker answered to `connection.open`.
    if (!(cause instanceof Error) || !cause.message.startsWith(NOT_OPENED)) throw cause;
    const name = decodeURIComponent(new URL(settings.url).pathname.slice(1));
    throw new Error(`the virtual host ${name} is not there, or not for this user`, { cause });
  }
}

function addressOf({ url, heartbeatSeconds }: AmqpSettings): string {
  const address = new URL(url);
  address.searchParams.set('heartbeat', String(heartbeatSeconds));
  return address.href;
}

function socketOptions({ tls }: AmqpSettings): Parameters<typeof connect>[1] {
  return {
    ...tls,
    // With Nagle's algorithm a confirmed publish takes 40 ms.
    noDelay: true,
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: 'postiljon' },
  };
}
