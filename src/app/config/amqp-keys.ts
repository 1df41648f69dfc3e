/** Settings of the adapter for AMQP; rows of the table of keys. */
export const AMQP_KEYS = {
  'adapters.amqp.url': {
    kind: 'url',
    secret: true,
    meaning:
      'The broker: `amqp://` or `amqps://`, with user, password and virtual host. Without it there is no AMQP. Better in the environment than in the file.',
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
    meaning: 'Quorum queue of what applications send. Declared by the gateway.',
  },
  'adapters.amqp.refused': {
    kind: 'text',
    default: 'postiljon.refused',
    meaning: 'Exchange of refused input, and quorum queue of the same name that keeps it. Declared by the gateway.',
  },
  'adapters.amqp.prefetch': {
    kind: 'integer',
    default: 128,
    meaning: 'Messages of applications that are handled at the same time; 1 at least.',
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
