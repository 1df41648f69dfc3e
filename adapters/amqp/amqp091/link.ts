import {
  type ChannelModel,
  type ConfirmChannel,
  connect,
  type ConsumeMessage,
  type Message,
  type Options,
} from 'amqplib';
import type { AmqpSettings } from '../settings.ts';
import type { Consumer, Delivery, Link, LinkWatch, OpenLink, Outcome, Properties, Publication } from '../transport.ts';
import { Acknowledgments } from './acknowledgments.ts';
import { declareAll } from './declare.ts';
import { guardHeaders } from './readable-headers.ts';
import { topology } from './topology.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** The broker counts on a quorum queue how often it handed a message out before. */
const DELIVERIES = 'x-delivery-count';

/** AMQP 0-9-1, by amqplib: a channel for what is published and one for each queue, so that neither waits for the other. */
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

interface Pending {
  readonly publication: Publication;
  readonly settle: (outcome: Outcome) => void;
}

class Link091 implements Link {
  readonly #model: ChannelModel;
  readonly #publishing: ConfirmChannel;
  readonly #watch: LinkWatch;
  readonly #pending = new Set<Pending>();
  readonly #acknowledgments: Acknowledgments<ConsumeMessage>[] = [];

  constructor(model: ChannelModel, publishing: ConfirmChannel, watch: LinkWatch) {
    this.#model = model;
    this.#publishing = publishing;
    this.#watch = watch;
    publishing.on('return', (returned) => this.#returned(returned));
  }

  publish(publication: Publication): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        this.#pending.delete(pending);
        resolve(outcome);
      };
      const pending: Pending = { publication, settle };
      const { exchange, routingKey, content } = publication;
      // A channel that ends refuses what it has not confirmed; `lost` is told in the same turn, before this is known.
      this.#publishing.publish(exchange, routingKey, content, optionsOf(publication), (refused: unknown) =>
        settle({ is: refused === null || refused === undefined ? 'confirmed' : 'rejected' }),
      );
      this.#pending.add(pending);
    });
  }

  async consume(queue: string, prefetch: number, take: (delivery: Delivery) => void): Promise<Consumer> {
    const channel = await this.#model.createConfirmChannel();
    channel.on('error', (error) => this.#watch.lost(error));
    await channel.prefetch(prefetch);
    const acknowledgments = new Acknowledgments<ConsumeMessage>(channel);
    this.#acknowledgments.push(acknowledgments);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message !== null) take(deliveryOf(acknowledgments, message));
      else this.#watch.lost(new Error(`the queue ${queue} was deleted`));
    });
    return { cancel: async () => void (await channel.cancel(consumerTag)) };
  }

  close(): Promise<void> {
    for (const acknowledgments of this.#acknowledgments) acknowledgments.flush();
    return this.#model.close();
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

function deliveryOf(acknowledgments: Acknowledgments<ConsumeMessage>, message: ConsumeMessage): Delivery {
  const { content, properties } = message;
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const before = headers[DELIVERIES];
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

function optionsOf({ mandatory, expirationMs, properties, headers }: Publication): Options.Publish {
  const known = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
  const expiration = expirationMs === undefined ? {} : { expiration: String(expirationMs) };
  return { ...known, ...expiration, headers, mandatory, persistent: true };
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
