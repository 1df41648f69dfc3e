/** Addresses of RabbitMQ, version 1: RabbitMQ 3, and 4 as long as it permits `amqp_address_v1`. */

/** The `subject` of a message is its routing key. */
export function exchangeAddress(name: string): string {
  return `/exchange/${encodeURIComponent(name)}`;
}

/** A queue that stands already: `/queue/…` would declare one. */
export function queueAddress(name: string): string {
  return `/amq/queue/${encodeURIComponent(name)}`;
}

const QUEUE = /^\/(?:amq\/)?queue\/([^/]+)$/;

/** The queue that `reply_to` names, by its name as in 0-9-1 or by its address; undefined: the address is of something else. */
export function queueOf(replyTo: string): string | undefined {
  if (!replyTo.startsWith('/')) return replyTo;
  const [, name] = QUEUE.exec(replyTo) ?? [];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
