import type { Connection, EventContext, Receiver, ReceiverOptions, Sender, SenderOptions } from 'rhea';
import { errorOf } from './connect.ts';
import { field } from './message.ts';
import type { Said } from './connect.ts';

/** What can end a link, with its session: RabbitMQ ends the session when a link cannot be. */
const ENDS = ['session_error', 'session_close', 'sender_error', 'sender_close', 'receiver_error', 'receiver_close'];

/** Closed by the broker, as it does when it stops, or lost; after the first rhea does not always tell the second. */
const CONNECTION_ENDS = ['connection_close', 'disconnected'];

const ATTACH_WITHIN_MS = 10_000;

export type Ended = (why: Said) => void;

/** The connection is of no more use, and with it whatever else would be asked. */
export class Gone extends Error {}

export const UNAUTHORIZED = 'amqp:unauthorized-access';

/** Who has come so far has the right password: what the broker then refuses on the whole connection is the virtual host. */
function goneFor({ condition, message }: Said): Gone {
  return new Gone(condition === UNAUTHORIZED ? 'the virtual host is not there, or not for this user' : message);
}

/** A link with a session of its own, so that nothing else ends with it. */
export interface Attached<L extends Sender | Receiver> {
  readonly link: L;
  close(): void;
}

/** Resolves when the broker has attached it. Rejects with its reason; an end that comes later is told to `ended`, once. */
export function attachSender(connection: Connection, options: SenderOptions, ended: Ended): Promise<Attached<Sender>> {
  return attach(connection, 'sender_open', (session) => session.open_sender(options), ended);
}

export function attachReceiver(
  connection: Connection,
  options: ReceiverOptions,
  ended: Ended,
): Promise<Attached<Receiver>> {
  const open = (session: ReturnType<Connection['create_session']>): Receiver => {
    leaveUnread(session);
    return session.open_receiver(options);
  };
  return attach(connection, 'receiver_open', open, ended);
}

/** Any but 0: rhea hands over the octets of such a message, and reads it not. @spec AMQP 1.0 §2.7.5, message-format */
const OTHER_FORMAT = 1;

/**
 * What rhea cannot read ends its connection, and the broker would hand the same message out after each new one: so that one
 * message would stop all. The octets are read where that can be refused.
 */
function leaveUnread(session: object): void {
  const onTransfer: unknown = Reflect.get(session, 'on_transfer');
  if (typeof onTransfer !== 'function') throw new Error('sessions of rhea have no on_transfer');
  Reflect.set(session, 'on_transfer', (frame: unknown) => {
    const performative = field(frame, 'performative');
    if (typeof performative === 'object' && performative !== null)
      Reflect.set(performative, 'message_format', OTHER_FORMAT);
    Reflect.apply(onTransfer, session, [frame]);
  });
}

async function attach<L extends Sender | Receiver>(
  connection: Connection,
  opened: string,
  open: (session: ReturnType<Connection['create_session']>) => L,
  ended: Ended,
): Promise<Attached<L>> {
  if (!connection.is_open()) throw new Gone('the connection was closed');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const session = connection.create_session();
  session.begin();
  const link = open(session);
  let state: 'opening' | 'open' | 'over' = 'opening';
  const endFor = (why: Said): void => {
    if (state === 'over') return;
    if (state === 'opening') reject(why);
    else ended(why);
    state = 'over';
  };
  const end = (context: EventContext): void => endFor(errorOf(context));
  const endAll = (context: EventContext): void => endFor(goneFor(errorOf(context)));
  for (const event of ENDS) {
    session.on(event, end);
    link.on(event, end);
  }
  for (const event of CONNECTION_ENDS) connection.once(event, endAll);
  link.once(opened, () => {
    if (state === 'over') return;
    state = 'open';
    resolve();
  });
  const late = setTimeout(() => {
    if (state !== 'opening') return;
    state = 'over';
    session.close();
    reject(new Gone('the broker gives no answer, as RabbitMQ 3 does when the virtual host is not there'));
  }, ATTACH_WITHIN_MS);
  try {
    await promise;
  } finally {
    clearTimeout(late);
  }
  return {
    link,
    close() {
      state = 'over';
      for (const event of CONNECTION_ENDS) connection.removeListener(event, endAll);
      session.close();
    },
  };
}
