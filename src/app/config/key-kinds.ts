import { isAbsolute, join, resolve } from 'node:path';
import { OIN_TYPE, oinOf } from '../../cpa/oin.ts';
import type { PartnerEncryption, PartnerTerms } from '../../msh/parts.ts';
import { nearest } from './suggest.ts';

/** What the kinds of settings are in the running program. */
export interface KindValues {
  readonly text: string;
  readonly choice: string;
  readonly flag: boolean;
  readonly port: number;
  readonly integer: number;
  readonly size: number;
  readonly path: string;
  readonly url: string;
  readonly paths: readonly string[];
  readonly names: readonly string[];
  readonly parties: readonly string[];
  readonly partners: Readonly<Record<string, PartnerTerms>>;
  readonly absent: undefined;
}
export type Kind = keyof KindValues;

/** A value that cannot be used, in words for the operator. */
export class Unusable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

interface KindRow<V> {
  /** The type as docs/configuration.md names it. */
  readonly shown: string;
  readonly read: (value: unknown, folder: string) => V | Unusable;
  /** The text of an environment variable as the value that YAML would give. */
  readonly fromText?: (text: string) => unknown;
}

const numeral = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);
const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return new Unusable('must be JSON');
  }
};

export const KINDS: { readonly [K in Kind]: KindRow<KindValues[K]> } = {
  text: { shown: 'text', read: readText },
  choice: { shown: 'choice', read: readText },
  flag: {
    shown: 'true or false',
    read: (value) => (typeof value === 'boolean' ? value : new Unusable('must be true or false')),
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  },
  port: { shown: 'port', read: (value) => readInteger(value, 65_535), fromText: numeral },
  integer: { shown: 'whole number', read: (value) => readInteger(value, 1_000_000), fromText: numeral },
  size: { shown: 'size (`20 MiB`, or octets)', read: readSize, fromText: numeral },
  path: { shown: 'path', read: readPath },
  url: { shown: 'URL', read: readUrl },
  paths: {
    shown: 'list of paths',
    read: (value, folder) => readList(value, (one) => readPath(one, folder)),
    fromText: json,
  },
  names: { shown: 'list of texts', read: (value) => readList(value, readText), fromText: json },
  parties: { shown: 'list of PartyIds', read: (value) => readList(value, readParty), fromText: json },
  partners: { shown: 'map by PartyId', read: readPartners, fromText: json },
  absent: {
    shown: '—',
    read: (value) => (isEmpty(value) ? undefined : new Unusable('is not in this version of Postiljon')),
    fromText: json,
  },
};

function readText(value: unknown): string | Unusable {
  if (typeof value !== 'string')
    return new Unusable(`must be text${typeof value === 'number' ? ': put it in quotes' : ''}`);
  return value.trim() === '' ? new Unusable('must not be empty') : value;
}

function readInteger(value: unknown, most: number): number | Unusable {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
  return fits ? value : new Unusable(`must be a whole number from 0 to ${most}`);
}

const SIZE_UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

function readSize(value: unknown): number | Unusable {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  const match = typeof value === 'string' ? /^(\d{1,6}) ?(KiB|MiB|GiB|TiB)$/.exec(value) : null;
  const octets = Number(match?.[1]) * (SIZE_UNITS[match?.[2] ?? ''] ?? Number.NaN);
  return octets > 0 ? octets : new Unusable('must be a number of octets, or a size such as 20 MiB');
}

function readPath(value: unknown, folder: string): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return text;
  if (text.includes('\0')) return new Unusable('must be a path');
  return isAbsolute(text) ? text : resolve(folder, text);
}

/** `sqlite:` and `file:` URLs may hold a path relative to the folder of the file; other schemes stay as they are. */
function readUrl(value: unknown, folder: string): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return text;
  const match = /^(sqlite|file):(?!\/\/)(.+)$/.exec(text);
  if (match !== null) return `${match[1]}:${isAbsolute(match[2] ?? '') ? match[2] : join(folder, match[2] ?? '')}`;
  return URL.canParse(text) ? text : new Unusable('must be a URL');
}

function readList<V>(value: unknown, read: (one: unknown) => V | Unusable): readonly V[] | Unusable {
  if (!Array.isArray(value)) return new Unusable('must be a list');
  const items: V[] = [];
  for (const [index, one] of value.entries()) {
    const item = read(one);
    if (item instanceof Unusable) return new Unusable(`entry ${index + 1}: ${item.reason}`);
    items.push(item);
  }
  return items;
}

function readParty(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable) return typeof value === 'number' ? new Unusable('put the OIN in quotes') : text;
  return oinOf(text) === undefined ? text : `${OIN_TYPE}:${text}`;
}

const PARTNER_KEYS = ['allow', 'endpoint', 'messageOrder', 'responses', 'tlsOin', 'encryption'];
const ENCRYPTION_KEYS = ['data', 'keyTransport'];
const DATA_ALGORITHMS = ['aes256-gcm', 'aes128-gcm'] as const;
const KEY_TRANSPORTS = ['rsa-oaep-mgf1p', 'rsa-oaep'] as const;
const WEAKENINGS: readonly PartnerTerms['allow'][number][] = ['sha1', 'cbc', 'rsa15', 'keyRef'];

function readPartners(value: unknown): Readonly<Record<string, PartnerTerms>> | Unusable {
  if (!isMap(value)) return new Unusable('must be a map');
  const partners = new Map<string, PartnerTerms>();
  for (const [name, terms] of Object.entries(value)) {
    const party = readParty(name);
    const read = readPartner(terms);
    if (party instanceof Unusable) return new Unusable(`${name}: ${party.reason}`);
    if (read instanceof Unusable) return new Unusable(`${name}: ${read.reason}`);
    partners.set(party, read);
  }
  return Object.fromEntries(partners);
}

function readPartner(terms: unknown): PartnerTerms | Unusable {
  if (!isMap(terms)) return new Unusable('must be a map');
  const unknown = Object.keys(terms).find((key) => !PARTNER_KEYS.includes(key));
  if (unknown !== undefined) return new Unusable(`unknown key ${unknown}${didYouMean(nearest(unknown, PARTNER_KEYS))}`);
  const allow = readList(terms['allow'] ?? [], readWeakening);
  if (allow instanceof Unusable) return new Unusable(`allow: ${allow.reason}`);
  const { endpoint, messageOrder, responses, tlsOin } = terms;
  if (endpoint !== undefined && !isHttpUrl(endpoint)) return new Unusable('endpoint: must be an http(s) URL');
  if (messageOrder !== undefined && messageOrder !== 'off') return new Unusable('messageOrder: must be off');
  if (responses !== undefined && responses !== 'apart') return new Unusable('responses: must be apart');
  if (tlsOin !== undefined && !isOin(tlsOin)) {
    return new Unusable('tlsOin: must be the OIN, in quotes, of who connects for this partner');
  }
  const encryption = readEncryption(terms['encryption'] ?? {});
  if (encryption instanceof Unusable) return new Unusable(`encryption: ${encryption.reason}`);
  return {
    allow,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(messageOrder === undefined ? {} : { messageOrder }),
    ...(responses === undefined ? {} : { responses }),
    ...(tlsOin === undefined ? {} : { tlsOin }),
    ...(terms['encryption'] === undefined ? {} : { encryption }),
  };
}

function readEncryption(terms: unknown): PartnerEncryption | Unusable {
  if (!isMap(terms)) return new Unusable('must be a map');
  const unknown = Object.keys(terms).find((key) => !ENCRYPTION_KEYS.includes(key));
  if (unknown !== undefined)
    return new Unusable(`unknown key ${unknown}${didYouMean(nearest(unknown, ENCRYPTION_KEYS))}`);
  const data = readOneOf(terms['data'], DATA_ALGORITHMS);
  if (data instanceof Unusable) return new Unusable(`data: ${data.reason}`);
  const keyTransport = readOneOf(terms['keyTransport'], KEY_TRANSPORTS);
  if (keyTransport instanceof Unusable) return new Unusable(`keyTransport: ${keyTransport.reason}`);
  return { ...(data === undefined ? {} : { data }), ...(keyTransport === undefined ? {} : { keyTransport }) };
}

function readOneOf<T extends string>(value: unknown, choices: readonly T[]): T | undefined | Unusable {
  if (value === undefined) return undefined;
  return choices.find((one) => one === value) ?? new Unusable(`must be one of ${choices.join(', ')}`);
}

function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

function isOin(value: unknown): value is string {
  return typeof value === 'string' && oinOf(value) !== undefined;
}

function readWeakening(value: unknown): PartnerTerms['allow'][number] | Unusable {
  return WEAKENINGS.find((one) => one === value) ?? new Unusable(`must be one of ${WEAKENINGS.join(', ')}`);
}

export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A setting that asks for nothing may stand there before the version that honours it. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.values(value).every(isEmpty);
}
