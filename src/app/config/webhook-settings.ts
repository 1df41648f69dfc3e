import { hostname } from 'node:os';
import { EVENTS } from '../../msh/states.ts';
import { isLoopback } from '../../transport/loopback.ts';
import { optional, otherwise, readFields, required } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import {
  didYouMean,
  isHttpUrl,
  isMap,
  readFlag,
  readInteger,
  readList,
  readOneOf,
  readPath,
  readSize,
  readText,
  Unusable,
} from './read-value.ts';
import { nearest } from './suggest.ts';

/** One entry of `adapters.webhooks`; paths are absolute. */
export interface WebhookSettings {
  /** `webhook:<name>` is its destination. */
  readonly name: string;
  readonly url: string;
  readonly secret: string | undefined;
  readonly secretFile: string | undefined;
  readonly mode: 'binary' | 'structured';
  /** Event types, or `*`; none: messages only. */
  readonly events: readonly string[];
  readonly inlineLimit: number;
  readonly timeoutSeconds: number;
  readonly deadAfterHours: number;
  readonly handshake: boolean;
  readonly origin: string;
  readonly networks: readonly string[];
  readonly allowPlain: boolean;
  readonly ca: string | undefined;
}

const MODES = ['binary', 'structured'] as const;
const EVENT_TYPES: readonly string[] = ['*', ...Object.keys(EVENTS)];
const MIB = 2 ** 20;
/** Of RFC 2104: shorter than the digest weakens it. */
export const SHORTEST_SECRET = 32;

function fieldsIn(folder: string): Fields<WebhookSettings> {
  return {
    name: required(readName),
    url: required((value) => (isHttpUrl(value) ? value : new Unusable('must be an http(s):// URL'))),
    secret: optional(readSecret),
    secretFile: optional((value) => readPath(value, folder)),
    mode: otherwise('binary', (value) => readOneOf(value, MODES) ?? 'binary'),
    events: otherwise([], (value) => readList(value, readEventType)),
    inlineLimit: otherwise(MIB, readSize),
    timeoutSeconds: otherwise(30, (value) => readBetween(value, 1, 300)),
    deadAfterHours: otherwise(72, (value) => readBetween(value, 1, 8760)),
    handshake: otherwise(true, readFlag),
    origin: otherwise(hostname(), readText),
    networks: otherwise([], (value) => readList(value, readText)),
    allowPlain: otherwise(false, readFlag),
    ca: optional((value) => readPath(value, folder)),
  };
}

/** Names every entry that cannot be used, and all that is wrong with it. */
export function readWebhooks(value: unknown, folder: string): readonly WebhookSettings[] | Unusable {
  if (!Array.isArray(value)) return new Unusable('must be a list of webhooks, each a map that begins with its name');
  const reasons: string[] = [];
  const webhooks: WebhookSettings[] = [];
  for (const [index, entry] of value.entries()) {
    const webhook = checked(readFields(entry, fieldsIn(folder)));
    if (webhook instanceof Unusable) reasons.push(`${nameOf(entry) ?? `entry ${index + 1}`}: ${webhook.reason}`);
    else if (webhooks.some(({ name }) => name === webhook.name)) reasons.push(`${webhook.name}: the name is taken`);
    else webhooks.push(webhook);
  }
  return reasons.length === 0 ? webhooks : new Unusable(reasons.join('; '));
}

function checked(webhook: WebhookSettings | Unusable): WebhookSettings | Unusable {
  if (webhook instanceof Unusable) return webhook;
  const { secret, secretFile, url, allowPlain } = webhook;
  if ((secret === undefined) === (secretFile === undefined))
    return new Unusable('secretFile: give this or secret: what is sent is signed with it');
  const { protocol, hostname: host, username, password } = new URL(url);
  if (username !== '' || password !== '') return new Unusable('url: must hold no user name or password');
  if (protocol === 'http:' && !allowPlain && !isLoopback(host))
    return new Unusable('url: must be https://, or set allowPlain: true');
  return webhook;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/;

function readName(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || NAME.test(text)) return text;
  return new Unusable('is the last part of webhook:<name>: letters, digits, . _ ~ and -, at most 100');
}

function readSecret(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || text.length >= SHORTEST_SECRET) return text;
  return new Unusable(`must be ${SHORTEST_SECRET} characters at least, and random`);
}

function readEventType(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || EVENT_TYPES.includes(text)) return text;
  return new Unusable(`${text} is no event${didYouMean(nearest(text, EVENT_TYPES))}; docs/states.md lists them`);
}

function readBetween(value: unknown, least: number, most: number): number | Unusable {
  const number = readInteger(value, most);
  if (number instanceof Unusable) return new Unusable(`must be a whole number from ${least} to ${most}`);
  return number < least ? new Unusable(`must be ${least} at least`) : number;
}

function nameOf(entry: unknown): string | undefined {
  const name = isMap(entry) ? entry['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
