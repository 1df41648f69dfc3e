import { callersOf, sendersOf } from './senders.ts';
import type { Examined, Wanted } from './examined.ts';
import type { AmqpSettings } from './settings.ts';

/** Connects and looks for everything that the adapter uses. Changes nothing. Rejects when there is no connection. */
export async function examineBroker(settings: AmqpSettings): Promise<Examined> {
  const examine =
    settings.protocol === '1.0'
      ? (await import('./amqp10/examine.ts')).examine10
      : (await import('./amqp091/examine.ts')).examine091;
  return examine(settings, wantedOf(settings));
}

function wantedOf(settings: AmqpSettings): readonly Wanted[] {
  const { exchange, refused, receiveQueue, answerQueue, protocol } = settings;
  const declared = protocol === '0-9-1';
  const everything = receiveQueue === undefined ? 'what applications send, what they receive, and events' : 'events';
  return [
    { kind: 'exchange', name: exchange, use: everything, declared },
    ...sendersOf(settings).map(({ queue, user }) => ({
      kind: 'queue' as const,
      name: queue,
      use: user === undefined ? 'what applications send' : `what application ${user.name} sends`,
      declared,
    })),
    ...callersOf(settings).map(({ queue }) => ({
      kind: 'queue' as const,
      name: queue,
      use: 'calls of services of WUS',
      declared,
    })),
    ...(receiveQueue === undefined
      ? []
      : [{ kind: 'queue' as const, name: receiveQueue, use: 'what applications receive', declared: false }]),
    // With 0-9-1 it comes with the process.
    ...(answerQueue === undefined || declared
      ? []
      : [{ kind: 'queue' as const, name: answerQueue, use: 'answers of applications', declared }]),
    { kind: 'queue', name: refused, use: 'what is refused', declared },
  ];
}

/** What keeps the gateway from its broker. */
export type Trouble = 'credentials' | 'vhost' | 'tls' | 'network';

const HANDSHAKE = /terminated by server: (\d{3})/;
const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_|EPROTO)/;

/** amqplib and rhea say some of it in their text alone; the virtual host is named by ours. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return 'network';
  const { message: text } = error;
  const code = 'code' in error ? error.code : undefined;
  const condition = 'condition' in error ? error.condition : undefined;
  if (TLS_CODE.test(String(code))) return 'tls';
  const [, reply] = HANDSHAKE.exec(text) ?? [];
  if (reply === '403' || condition === 'amqp:unauthorized-access' || /authenticat/i.test(text)) return 'credentials';
  if (reply === '530' || reply === '402' || /virtual host/.test(text)) return 'vhost';
  return 'network';
}
