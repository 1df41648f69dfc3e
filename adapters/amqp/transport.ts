import type { AmqpSettings } from './settings.ts';

/** Properties that both versions of AMQP have, under their names of 0-9-1. */
export interface Properties {
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly type?: string | undefined;
  /** The name of a queue; over 1.0 also an address of something else, which nothing is answered to. */
  readonly replyTo?: string | undefined;
  readonly appId?: string | undefined;
  /** s since 1970. */
  readonly timestamp?: number | undefined;
}

/** A message as an application published it. */
export interface BrokerMessage {
  readonly content: Buffer;
  /** Why the body cannot be read; `content` is then the body as the broker encodes it. */
  readonly fault?: string;
  readonly properties: Properties;
  /** 1.0: application-properties. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message as the broker gets it; it is always durable. */
export interface Publication {
  /** Empty: straight to the queue that `routingKey` names, or what the `replyTo` of a message names. */
  readonly exchange: string;
  readonly routingKey: string;
  /** Whether it is returned when no queue takes it. */
  readonly mandatory: boolean;
  /** The broker forgets it when nobody has taken it by then; undefined: never. */
  readonly expirationMs?: number | undefined;
  readonly content: Buffer;
  readonly properties: Properties;
  readonly headers: Readonly<Record<string, string | number | boolean>>;
}

/**
 * What became of a publication: the broker has it in every queue it belongs to; no queue takes what goes there; the broker
 * does not want it, because a queue is full or has no leader; or the user of the gateway may not write there.
 */
export interface Outcome {
  readonly is: 'confirmed' | 'returned' | 'rejected' | 'forbidden';
  /** Where it says more than that. */
  readonly why?: string | undefined;
}

/** A message that was handed out, and is not settled yet: one of the two is called, once. */
export interface Delivery extends BrokerMessage {
  /** How often it was handed out before, as far as the broker says. */
  readonly earlier: number;
  /** The gateway has it: the broker forgets it. */
  accept(): void;
  /** It goes back to its queue, to be handed out again. */
  release(): void;
}

export interface Consumer {
  /** Nothing new is handed out; what was can still be settled. */
  cancel(): Promise<void>;
  /** So many may be handed out from now on that are not settled; what was handed out before stays so. */
  resize(prefetch: number): Promise<void>;
}

/** A connection on which everything stands that the adapter needs. Of no more use once `lost` was told. */
export interface Link {
  /** Rejects when nothing can be known of it any more: the broker may have it all the same. */
  publish(publication: Publication): Promise<Outcome>;
  /** Hands out what lies in a queue, and no more than `prefetch` that are not settled. */
  consume(queue: string, prefetch: number, take: (delivery: Delivery) => void): Promise<Consumer>;
  /** What this publication went over ends, with all that is under way there: the whole link, but for what goes straight to a queue. */
  giveUp(publication: Publication, why: Error): void;
  /** May wait for a broker that does not answer. */
  close(): Promise<void>;
}

export interface LinkWatch {
  /** Whatever goes wrong, on a part of the connection too, ends all of it, so that there is one way to begin anew. */
  lost(why: Error): void;
  /** The broker takes nothing now, and why; undefined: it does again. */
  blocked(reason: string | undefined): void;
}

/**
 * One version of AMQP: connects, and declares or checks what must stand at the broker. Throws BROKER_TOPOLOGY, which time does
 * not mend; every other error may pass.
 */
export type OpenLink = (settings: AmqpSettings, watch: LinkWatch) => Promise<Link>;
