import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import rhea from 'rhea';
import type { EventContext, Message, Receiver } from 'rhea';
import { queueAddress } from '../../adapters/amqp/amqp10/addresses.ts';
import type { AmqpSettings } from '../../adapters/amqp/amqp-adapter.ts';
import { ACTION, gemeente, SERVICE } from './msh-contracts.ts';

/** A legacy application that speaks AMQP 1.0: knows its queues, and nothing of ebMS. */
export interface Application10 {
  /** Sends what goes by the contract of the tests; answers what the broker made of it. */
  send(settings: AmqpSettings, cpaId: string, body: unknown, more?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The same with whatever message, to whatever queue. */
  put(queue: string, message: Message): Promise<string>;
  /** The next message of a queue, taken off it; those behind it stay there. */
  next(queue: string): Promise<Message>;
  close(): Promise<void>;
}

/** Of a broker that goes away; rhea throws what nobody listens to. */
const ENDS = ['disconnected', 'session_error', 'connection_error'];
const OUTCOMES = ['accepted', 'released', 'rejected', 'modified'];

export async function openApplication10(url: string): Promise<Application10> {
  const { hostname: host, port, username, password } = new URL(url);
  const connection = rhea
    .create_container({ id: `application-${randomUUID()}` })
    .connect({ host, port: Number(port), username, password, reconnect: false });
  connection.setMaxListeners(0);
  for (const event of ENDS) connection.on(event, () => undefined);
  await once(connection, 'connection_open');
  const receivers = new Map<string, Receiver>();
  const put = async (queue: string, message: Message): Promise<string> => {
    const sender = connection.open_sender({ target: { address: queueAddress(queue) } });
    if (!sender.sendable()) await once(sender, 'sendable');
    const { promise, resolve } = Promise.withResolvers<string>();
    for (const outcome of OUTCOMES) sender.once(outcome, () => resolve(outcome));
    sender.send({ durable: true, ...message });
    const outcome = await promise;
    sender.close();
    return outcome;
  };
  return {
    put,
    send({ sendQueue }, cpaId, body, more = {}) {
      const { application_properties: given, ...properties } = more;
      return put(sendQueue, {
        message_id: randomUUID(),
        content_type: 'application/xml',
        body: body instanceof Buffer ? rhea.message.data_section(body) : body,
        ...properties,
        application_properties: Object.assign(
          { cpaId, fromPartyId: gemeente.oin, service: SERVICE, action: ACTION },
          given,
        ),
      });
    },
    async next(queue) {
      const receiver =
        receivers.get(queue) ??
        connection.open_receiver({ source: { address: queueAddress(queue) }, credit_window: 0 });
      receivers.set(queue, receiver);
      const { promise, resolve } = Promise.withResolvers<Message>();
      receiver.once('message', ({ message }: EventContext) => {
        if (message !== undefined) resolve(message);
      });
      receiver.add_credit(1);
      return await promise;
    },
    async close() {
      if (!connection.is_open()) return;
      connection.close();
      await Promise.race([once(connection, 'connection_close'), once(connection, 'disconnected')]);
    },
  };
}

/** The octets of its body. */
export function bodyOf({ body }: Message): Buffer {
  return body instanceof Buffer ? body : Buffer.from(body.content);
}
