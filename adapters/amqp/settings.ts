import type { ConnectionOptions } from 'node:tls';

/** One application that sends, by a queue of its own: what it may send is what its queue may. */
export interface Sender {
  /** It publishes with routing key `send.<name>`. */
  readonly name: string;
  readonly queue: string;
  /** PartyIds and services as `type:value`, and actions; undefined: all. */
  readonly parties: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
  /** Queues that it may name in `reply_to`; `*` at the end of one stands for whatever follows. undefined: all but the gateway's own. */
  readonly replyTo?: readonly string[] | undefined;
}

/** What the adapter must know beside the gateway; every name is a setting, docs/configuration.md says what they mean. */
export interface AmqpSettings {
  /** Version of AMQP that is spoken. */
  readonly protocol: '0-9-1' | '1.0';
  /** `amqp://` or `amqps://`, with user and password. */
  readonly url: string;
  readonly tls: ConnectionOptions | undefined;
  readonly exchange: string;
  /** Queue of what applications send, where there are no `senders`; it is bound to the exchange with `send`. */
  readonly sendQueue: string;
  /** Each with a queue that is bound with `send.<name>`; none: one queue that may send everything. */
  readonly senders: readonly Sender[];
  /** Queue of what applications ask of partners, bound with `call`; with `senders` one each, `.<name>` behind both. undefined: none. */
  readonly callQueue: string | undefined;
  /** Queue that received messages go straight to; undefined: to the exchange, with a routing key each. */
  readonly receiveQueue: string | undefined;
  /** Exchange, and its queue, of refused input. */
  readonly refused: string;
  /** Queue of answers to what this process asks of applications; undefined: it asks nothing. */
  readonly answerQueue: string | undefined;
  /** Messages that are handled at once. */
  readonly prefetch: number;
  /** Octets of a body; larger payloads are named by `payloadUrl`. */
  readonly inlineLimit: number;
  /** How often the broker may hand the same message out before it is refused. */
  readonly maxDeliveries: number;
  /** Between two frames of a silent connection; 0: never. */
  readonly heartbeatSeconds: number;
  /** Whether events are published too. */
  readonly events: boolean;
  /** Where applications reach the API, without `/api/v1`; undefined: where it listens. */
  readonly apiUrl: string | undefined;
}
