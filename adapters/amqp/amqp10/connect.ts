import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import rhea from 'rhea';
import type { Connection, ConnectionOptions, EventContext } from 'rhea';
import type { AmqpSettings } from '../settings.ts';
import { field } from './message.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_WITHIN_MS = 2_000;
const PORTS: Readonly<Record<string, number>> = { 'amqp:': 5672, 'amqps:': 5671 };

/** Only an error stops the timers of rhea. */
const GIVEN_UP = new Error('the connection is given up');

/** Whatever ends a connection of rhea; each of them must be listened to, or rhea throws or prints it. */
const ENDS = ['connection_error', 'connection_close', 'disconnected', 'protocol_error', 'error'];

export interface OpenConnection {
  readonly connection: Connection;
  /** Resolves when both sides have closed it, or the broker gave no answer to that. */
  readonly end: () => Promise<void>;
}

/** An open connection; `ended` is told of its end, once, but not of `end`. Rejects with what went wrong. */
export async function openConnection(settings: AmqpSettings, ended: (why: Error) => void): Promise<OpenConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const container = rhea.create_container({ id: 'postiljon' });
  let socket: Socket | undefined;
  const connection = container.create_connection(optionsOf(settings, (made) => (socket = made)));
  connection.setMaxListeners(0);
  let over = false;
  for (const event of ENDS)
    connection.on(event, (context: EventContext | Error) => {
      if (over) return;
      over = true;
      const why = errorOf(context);
      reject(why);
      ended(why);
    });
  connection.once('connection_open', () => {
    socket?.setTimeout(0);
    resolve();
  });
  connection.connect();
  // What a session still has to say then would only begin the timers of rhea anew.
  socket?.once('close', () => connection.remove_all_sessions());
  try {
    await promise;
  } catch (error) {
    socket?.destroy(GIVEN_UP);
    throw error;
  }
  return {
    connection,
    async end() {
      over = true;
      await closed(connection, socket);
    },
  };
}

async function closed(connection: Connection, socket: Socket | undefined): Promise<void> {
  if (socket === undefined || socket.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  const late = setTimeout(() => socket.destroy(GIVEN_UP), CLOSE_WITHIN_MS);
  connection.close();
  await promise;
  clearTimeout(late);
}

export type Said = Error & { readonly condition?: string };

/** What a context of rhea says went wrong, as the broker put it. */
export function errorOf(context: EventContext | Error): Said {
  if (context instanceof Error) return context;
  const { error, receiver, sender, session, connection } = context;
  const all = [error, receiver?.error, sender?.error, session?.error, connection?.error];
  return all.map(saidError).find((said) => said !== undefined) ?? new Error('the connection was closed');
}

/** @spec AMQP 1.0 §2.8.14 */
export function saidError(error: unknown): Said | undefined {
  if (error instanceof Error) return error;
  const [condition, description] = [field(error, 'condition'), field(error, 'description')];
  if (typeof condition !== 'string') return undefined;
  const text = typeof description === 'string' ? `${condition}: ${description}` : condition;
  return Object.assign(new Error(text), { condition });
}

function optionsOf(settings: AmqpSettings, connecting: (socket: Socket) => void): ConnectionOptions {
  const { heartbeatSeconds } = settings;
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const vhost = decodeURIComponent(url.pathname.slice(1));
  const port = url.port === '' ? (PORTS[url.protocol] ?? 0) : Number(url.port);
  return {
    host,
    port,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    reconnect: false,
    ...(heartbeatSeconds === 0 ? {} : { idle_time_out: heartbeatSeconds * 1000 }),
    // RabbitMQ's way to name a virtual host; others know none.
    hostname: vhost === '' ? host : `vhost:${vhost}`,
    properties: { connection_name: 'postiljon' },
    connection_details: () => ({
      host,
      port,
      connect: (_port: number, _host: string, _options: unknown, connected: () => void) => {
        const socket = socketTo({ host, port, secure: url.protocol === 'amqps:' }, settings, connected);
        connecting(socket);
        return socket;
      },
    }),
  };
}

function socketTo(
  { host, port, secure }: { readonly host: string; readonly port: number; readonly secure: boolean },
  { tls }: AmqpSettings,
  connected: () => void,
): Socket {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = secure
    ? connectTls({ host, port, ...name, ...tls }, connected)
    : connectPlain({ host, port }, connected);
  // With Nagle's algorithm a confirmed publish takes 40 ms.
  socket.setNoDelay(true);
  // Until the connection is open in the words of AMQP.
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
  return socket;
}
