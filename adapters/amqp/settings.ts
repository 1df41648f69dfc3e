import type { ConnectionOptions } from 'node:tls';

/** What the adapter must know beside the gateway; every name is a setting, docs/configuration.md says what they mean. */
export interface AmqpSettings {
  /** `amqp://` or `amqps://`, with user and password. */
  readonly url: string;
  readonly tls: ConnectionOptions | undefined;
  readonly exchange: string;
  /** Queue of what applications send; it is bound to the exchange with `send`. */
  readonly sendQueue: string;
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
