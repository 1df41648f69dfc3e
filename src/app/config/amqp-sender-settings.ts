import type { Sender } from '../../../adapters/amqp/amqp-adapter.ts';
import { readEntries, readName } from './read-entries.ts';
import { optional, readFields, required } from './read-fields.ts';
import { readParty, readSome, readText } from './read-value.ts';
import type { Unusable } from './read-value.ts';

/** One entry of `adapters.amqp.senders`. */
export interface SenderSettings extends Omit<Sender, 'queue'> {
  readonly queue: string | undefined;
}

export function readSenders(value: unknown): readonly SenderSettings[] | Unusable {
  return readEntries(value, 'senders', readSender);
}

function readSender(entry: unknown): SenderSettings | Unusable {
  return readFields<SenderSettings>(entry, {
    name: required((value) => readName(value, 'word', 'the last word of send.<name>')),
    queue: optional(readText),
    parties: optional((value) => readSome(value, readParty)),
    services: optional((value) => readSome(value, readText)),
    actions: optional((value) => readSome(value, readText)),
    replyTo: optional((value) => readSome(value, readText)),
  });
}
