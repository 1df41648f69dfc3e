import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { EVENTS } from '../../msh/states.ts';
import { isLoopback } from '../../transport/loopback.ts';
import { readEntries, readName } from './read-entries.ts';
import { optional, otherwise, readFields, required } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import {
  didYouMean,
  readFlag,
  readHttpUrl,
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
const SHORTEST_SECRET = 32;
const BASE64_SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
/** @spec Standard Webhooks 1.0.0 */
const SHORTEST_KEY = 24;

/** What is wrong with a secret; undefined: nothing. What is no base64 would be read as a shorter key, or as none. */
export function secretFault(text: string): string | undefined {
  if (text.startsWith('whsec_')) {
    const [, key] = BASE64_SECRET.exec(text) ?? [];
    if (key !== undefined && Buffer.from(key, 'base64').length >= SHORTEST_KEY) return undefined;
    return `must be base64 of ${SHORTEST_KEY} random octets at least, behind whsec_`;
  }
  return text.length >= SHORTEST_SECRET ? undefined : `must be ${SHORTEST_SECRET} characters at least, and random`;
}

function fieldsIn(folder: string): Fields<WebhookSettings> {
  return {
    name: required((value) => readName(value, 'segment', 'the last part of webhook:<name>')),
    url: required(readHttpUrl),
    secret: optional(readSecret),
    secretFile: optional((value) => readPath(value, folder)),
    mode: otherwise('structured', (value) => readOneOf(value, MODES) ?? 'structured'),
    events: otherwise([], (value) => readList(value, readEventType)),
    inlineLimit: otherwise(MIB, readSize),
    timeoutSeconds: otherwise(30, (value) => readBetween(value, 1, 300)),
    deadAfterHours: otherwise(72, (value) => readBetween(value, 1, 8760)),
    handshake: otherwise(true, readFlag),
    origin: otherwise(hostname(), readText),
    networks: otherwise([], (value) => readList(value, readNetwork)),
    allowPlain: otherwise(false, readFlag),
    ca: optional((value) => readPath(value, folder)),
  };
}

export function readWebhooks(value: unknown, folder: string): readonly WebhookSettings[] | Unusable {
  return readEntries<WebhookSettings>(value, 'webhooks', (entry, before) => {
    const webhook = checked(readFields(entry, fieldsIn(folder)));
    const taken = !(webhook instanceof Unusable) && before.some(({ name }) => name === webhook.name);
    return taken ? new Unusable('the name is taken') : webhook;
  });
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

function readSecret(value: unknown): string | Unusable {
  const text = readText(value);
  const fault = text instanceof Unusable ? undefined : secretFault(text);
  return fault === undefined ? text : new Unusable(fault);
}

const HOST = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i;

/** What could never match would be found out with the first message only. */
function readNetwork(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return text;
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  const isNetwork = version !== 0 && more.length === 0 && isPrefix(prefix, version === 6 ? 128 : 32);
  if (isNetwork || (version === 0 && HOST.test(text))) return text;
  return new Unusable(`${text} is no host name without port, IP address or network (10.0.0.0/8)`);
}

function isPrefix(text: string | undefined, most: number): boolean {
  return text === undefined || (/^\d{1,3}$/.test(text) && Number(text) <= most);
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
