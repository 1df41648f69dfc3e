import type { Sender } from '../../../adapters/amqp/amqp-adapter.ts';
import type { Settings } from './key-table.ts';
import type { Rule } from './rule.ts';

const KEY = 'adapters.amqp.senders';

/** With the queue of each. */
export function sendersIn(settings: Settings): readonly Sender[] {
  return settings[KEY].map(({ queue, ...sender }) => ({
    ...sender,
    queue: queue ?? `${settings['adapters.amqp.sendQueue']}.${sender.name}`,
  }));
}

/** What they are to each other, to the other queues and to the parties of the gateway. */
export const SENDER_RULES: readonly Rule[] = [
  (settings) => {
    const twice = firstTwice(settings[KEY].map(({ name }) => name));
    return twice === undefined ? undefined : { key: KEY, reason: `${twice}: two have this name` };
  },
  (settings) => {
    const calls = new Set(settings[KEY].map(({ name }) => `${settings['adapters.amqp.callQueue']}.${name}`));
    const others = [settings['adapters.amqp.refused'], settings['adapters.amqp.receiveQueue'] ?? '', ...calls];
    const twice = firstTwice([...others, ...sendersIn(settings).map(({ queue }) => queue)]);
    return twice === undefined
      ? undefined
      : { key: KEY, reason: `${twice}: is the queue of two; each message is of one application` };
  },
  (settings) => {
    const long = sendersIn(settings).find(({ queue }) => Buffer.byteLength(queue) > 255 || queue.startsWith('amq.'));
    return long && { key: KEY, reason: `${long.name}: queue: must be 255 octets at most, and not begin with amq.` };
  },
  (settings) => {
    for (const { name, parties } of settings[KEY]) {
      const strange = parties?.find((party) => !settings.parties.includes(party));
      if (strange !== undefined) return { key: KEY, reason: `${name}: ${strange} is none of \`parties\`` };
    }
    return undefined;
  },
];

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}
