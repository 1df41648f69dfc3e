import type { Sender } from '../../../adapters/amqp/amqp-adapter.ts';
import { optional, readFields, required } from './read-fields.ts';
import { isMap, readList, readParty, readText, Unusable } from './read-value.ts';

/** One entry of `adapters.amqp.senders`. */
export interface SenderSettings extends Omit<Sender, 'queue'> {
  readonly queue: string | undefined;
}

/** Names every entry that cannot be used, and all that is wrong with it. */
export function readSenders(value: unknown): readonly SenderSettings[] | Unusable {
  if (!Array.isArray(value)) return new Unusable('must be a list of senders, each a map that begins with its name');
  const reasons: string[] = [];
  const senders: SenderSettings[] = [];
  for (const [index, entry] of value.entries()) {
    const read = readSender(entry);
    if (read instanceof Unusable) reasons.push(`${nameOf(entry) ?? `entry ${index + 1}`}: ${read.reason}`);
    else senders.push(read);
  }
  return reasons.length === 0 ? senders : new Unusable(reasons.join('; '));
}

function readSender(entry: unknown): SenderSettings | Unusable {
  return readFields<SenderSettings>(entry, {
    name: required(readName),
    queue: optional(readText),
    parties: optional((value) => atLeastOne(readList(value, readParty))),
    services: optional((value) => atLeastOne(readList(value, readText))),
    actions: optional((value) => atLeastOne(readList(value, readText))),
    replyTo: optional((value) => atLeastOne(readList(value, readText))),
  });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** One word of a routing key. */
function readName(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || NAME.test(text)) return text;
  return new Unusable('is the last word of send.<name>: letters, digits, _ and -, at most 100');
}

function atLeastOne<V>(list: readonly V[] | Unusable): readonly V[] | Unusable {
  if (list instanceof Unusable || list.length > 0) return list;
  return new Unusable('name one at least, or leave it out');
}

function nameOf(entry: unknown): string | undefined {
  const name = isMap(entry) ? entry['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
