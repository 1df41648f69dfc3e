/** Settings of the adapter for AMQP; rows of the table of keys. */
export const AMQP_KEYS = {
  'adapters.amqp.url': {
    kind: 'url',
    secret: true,
    meaning:
      'The broker: `amqp://` or `amqps://`, with user, password and virtual host. Without it there is no AMQP. Better in the environment than in the file.',
  },
  'adapters.amqp.protocol': {
    kind: 'choice',
    choices: ['0-9-1', '1.0'],
    default: '0-9-1',
    meaning:
      'Version of AMQP: `0-9-1`, or `1.0`, over which nothing is declared: exchanges, queues and bindings must stand (docs/amqp.md).',
  },
  'adapters.amqp.tls.ca': { kind: 'path', meaning: 'CAs (PEM) that the certificate of the broker must chain to.' },
  'adapters.amqp.tls.key': {
    kind: 'path',
    meaning: 'Private key (PEM) that the gateway shows itself to the broker with.',
  },
  'adapters.amqp.tls.certificate': { kind: 'path', meaning: 'Its certificate (PEM).' },
  'adapters.amqp.exchange': {
    kind: 'text',
    default: 'postiljon',
    meaning:
      'Topic exchange that applications publish to with routing key `send`, and that received messages and events are published to. Declared by the gateway.',
  },
  'adapters.amqp.sendQueue': {
    kind: 'text',
    default: 'postiljon.send',
    meaning: 'Quorum queue of what applications send, where there are no `senders`. Declared by the gateway.',
  },
  'adapters.amqp.senders': {
    kind: 'senders',
    default: [],
    meaning:
      'Applications that send, each by a queue of its own, and what they may send. What is not allowed lies among the refused messages with `NOT_ALLOWED`. Without any, `sendQueue` may send everything; with some, it is not read.',
  },
  'adapters.amqp.receiveQueue': {
    kind: 'text',
    shownDefault: 'to the exchange, with routing key `received.<service>.<action>`',
    meaning:
      'Queue that received messages go straight to. Never declared by the gateway. RabbitMQ before 3.13 needs it for protocol `1.0`.',
  },
  'adapters.amqp.callQueue': {
    kind: 'text',
    default: 'postiljon.call',
    meaning:
      'Quorum queue, bound with `call`, of what applications ask of partners by WUS. With `senders` each has its own, with `.<name>` behind both. Declared by the gateway where it has a service with role `consumer`.',
  },
  'adapters.amqp.answerQueue': {
    kind: 'text',
    shownDefault: 'one of a random name for each process',
    meaning:
      'Quorum queue of answers of applications to provided services of WUS that ask by queue; no other process may read it. Protocol `1.0` needs it, where it must stand; with `0-9-1` it is declared by the gateway.',
  },
  'adapters.amqp.refused': {
    kind: 'text',
    default: 'postiljon.refused',
    meaning: 'Exchange of refused input, and quorum queue of the same name that keeps it. Declared by the gateway.',
  },
  'adapters.amqp.prefetch': {
    kind: 'integer',
    default: 512,
    meaning:
      'Messages of applications that are handled at the same time, of each queue; 1 at least. While bodies are long, or it is not known yet, no more than make 64 MiB when each is as long as `inlineLimit`.',
  },
  'adapters.amqp.inlineLimit': {
    kind: 'size',
    default: 2 ** 20,
    meaning:
      'Largest body. Above it a received message has an empty body and the header `payloadUrl`; what an application publishes is refused.',
  },
  'adapters.amqp.maxDeliveries': {
    kind: 'integer',
    default: 20,
    meaning: 'How often the broker may hand the same message out before it is refused; 1 at least, 999 at most.',
  },
  'adapters.amqp.heartbeatSeconds': {
    kind: 'integer',
    default: 30,
    meaning: 'A connection that is silent for twice as long is lost; 0: never.',
  },
  'adapters.amqp.events': {
    kind: 'flag',
    default: true,
    meaning: 'Publish events too, with routing key `event.<type>`; those that no queue is bound for are dropped.',
  },
  'adapters.amqp.apiUrl': {
    kind: 'url',
    shownDefault: 'where the API listens',
    meaning: 'Where applications reach the API (`https://host:port`), for the header `payloadUrl`.',
  },
} as const;
