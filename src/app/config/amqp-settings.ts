import type { Sender } from '../../../adapters/amqp/amqp-adapter.ts';
import { SENDER_RULES, sendersIn } from './check-senders.ts';
import type { Settings } from './key-table.ts';
import type { Rule } from './rule.ts';

/** Of the adapter for AMQP; files are paths. */
export interface AmqpConfig {
  readonly url: string;
  readonly protocol: '0-9-1' | '1.0';
  readonly tls: {
    readonly ca: string | undefined;
    readonly key: string | undefined;
    readonly certificate: string | undefined;
  };
  readonly exchange: string;
  readonly sendQueue: string;
  readonly senders: readonly Sender[];
  readonly callQueue: string;
  readonly receiveQueue: string | undefined;
  readonly answerQueue: string | undefined;
  readonly refused: string;
  readonly prefetch: number;
  readonly inlineLimit: number;
  readonly maxDeliveries: number;
  readonly heartbeatSeconds: number;
  readonly events: boolean;
  readonly apiUrl: string | undefined;
}

/** What the gateway adds to it: names of its queues of answers. */
const LONGEST_NAME = 200;

/** undefined where no broker is named. */
export function readAmqp(settings: Settings): AmqpConfig | undefined {
  const url = settings['adapters.amqp.url'];
  if (url === undefined) return undefined;
  return {
    url,
    protocol: settings['adapters.amqp.protocol'] === '1.0' ? '1.0' : '0-9-1',
    tls: {
      ca: settings['adapters.amqp.tls.ca'],
      key: settings['adapters.amqp.tls.key'],
      certificate: settings['adapters.amqp.tls.certificate'],
    },
    exchange: settings['adapters.amqp.exchange'],
    sendQueue: settings['adapters.amqp.sendQueue'],
    senders: sendersIn(settings),
    callQueue: settings['adapters.amqp.callQueue'],
    receiveQueue: settings['adapters.amqp.receiveQueue'],
    answerQueue: settings['adapters.amqp.answerQueue'],
    refused: settings['adapters.amqp.refused'],
    prefetch: settings['adapters.amqp.prefetch'],
    inlineLimit: settings['adapters.amqp.inlineLimit'],
    maxDeliveries: settings['adapters.amqp.maxDeliveries'],
    heartbeatSeconds: settings['adapters.amqp.heartbeatSeconds'],
    events: settings['adapters.amqp.events'],
    apiUrl: settings['adapters.amqp.apiUrl']?.replace(/\/$/, ''),
  };
}

const within =
  (key: 'adapters.amqp.prefetch' | 'adapters.amqp.maxDeliveries', most: number): Rule =>
  (settings) =>
    settings[key] >= 1 && settings[key] <= most ? undefined : { key, reason: `must be from 1 to ${most}` };

const QUEUES = [
  'adapters.amqp.sendQueue',
  'adapters.amqp.callQueue',
  'adapters.amqp.refused',
  'adapters.amqp.answerQueue',
] as const;
const NAMES = ['adapters.amqp.exchange', ...QUEUES] as const;

export const AMQP_RULES: readonly Rule[] = [
  (settings) =>
    /^amqps?:\/\//.test(settings['adapters.amqp.url'] ?? 'amqp://')
      ? undefined
      : { key: 'adapters.amqp.url', reason: 'must begin with amqp:// or amqps://' },
  (settings) => {
    if (settings['adapters.amqp.protocol'] !== '1.0' || settings['adapters.amqp.answerQueue'] !== undefined)
      return undefined;
    const asking = settings['wus.services'].find(
      (service) => service.role === 'provider' && service.backend.destination === 'amqp',
    );
    const reason = `${asking?.name} asks by queue, which needs the name of one for the answers over AMQP 1.0`;
    return asking && { key: 'adapters.amqp.answerQueue', reason };
  },
  within('adapters.amqp.prefetch', 65_535),
  within('adapters.amqp.maxDeliveries', 999),
  (settings) => {
    const key = NAMES.find((name) => {
      const value = settings[name] ?? '';
      return Buffer.byteLength(value) > LONGEST_NAME || value.startsWith('amq.');
    });
    return (
      key && {
        key,
        reason: `must be ${LONGEST_NAME} octets at most, and not begin with amq., which belongs to the broker`,
      }
    );
  },
  (settings) => {
    const key = QUEUES.find((name, at) => {
      const value = settings[name];
      return value !== undefined && QUEUES.slice(0, at).some((before) => settings[before] === value);
    });
    return key && { key, reason: 'is also the name of another queue of the adapter: take another name' };
  },
  (settings) =>
    settings['adapters.amqp.exchange'] === settings['adapters.amqp.refused']
      ? { key: 'adapters.amqp.refused', reason: 'is also the exchange: take another name' }
      : undefined,
  (settings) =>
    (settings['adapters.amqp.tls.key'] === undefined) === (settings['adapters.amqp.tls.certificate'] === undefined)
      ? undefined
      : { key: 'adapters.amqp.tls.certificate', reason: 'key and certificate go together' },
  ...SENDER_RULES,
];
