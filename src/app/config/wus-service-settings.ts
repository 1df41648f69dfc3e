import { WUS_PROFILES } from '../../wus/profiles.ts';
import type { WusProfileName } from '../../wus/profiles.ts';
import { readEntries, readName } from './read-entries.ts';
import { otherwise, optional, readFields, required } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import {
  didYouMean,
  isMap,
  readFlag,
  readHttpUrl,
  readInteger,
  readList,
  readOin,
  readPath,
  readText,
  Unusable,
} from './read-value.ts';
import { nearest } from './suggest.ts';

/** One entry of `wus.services`, as it stands in the file; paths are absolute. */
export type WusServiceSettings = ProviderSettings | ConsumerSettings;

interface ServiceSettings {
  readonly name: string;
  readonly wsdl: string;
  readonly profile: WusProfileName;
  readonly mtom: boolean;
  readonly logContent: boolean;
  /** OIN: in whose name it is called, or provided. */
  readonly party: string | undefined;
}

export interface ProviderSettings extends ServiceSettings {
  readonly role: 'provider';
  /** OINs. */
  readonly partners: readonly string[];
  readonly addresses: readonly string[];
  readonly backend: BackendSettings;
}

export interface BackendSettings {
  /** The http(s):// `url`, or the `destination`, whichever is given. */
  readonly destination: string;
  readonly format: 'soap' | 'xml' | 'json';
  readonly timeoutSeconds: number;
  readonly faults: 'declared' | 'all';
}

export interface ConsumerSettings extends ServiceSettings {
  readonly role: 'consumer';
  /** OIN. */
  readonly partner: string;
  readonly endpoint: string;
  readonly to: string | undefined;
  readonly encryptFor: string | undefined;
  readonly timeoutSeconds: number;
  readonly idempotent: boolean;
}

const ROLES = ['provider', 'consumer'] as const;
const FORMATS = ['soap', 'xml', 'json'] as const;
const FAULTS = ['declared', 'all'] as const;
const LONGEST_TIMEOUT_S = 3600;
const DEFAULT_TIMEOUT_S = 30;

export function readServices(value: unknown, folder: string): readonly WusServiceSettings[] | Unusable {
  return readEntries<WusServiceSettings>(value, 'services', (entry) => readService(entry, folder), twice);
}

function readService(entry: unknown, folder: string): WusServiceSettings | Unusable {
  if (!isMap(entry)) return new Unusable('must be a map');
  const role = readChoice(ROLES)(entry['role']);
  if (role instanceof Unusable) return new Unusable(`role: ${role.reason}`);
  const common = commonFields(folder);
  if (role === 'provider') {
    const fields = { ...common, role: required(() => role), ...PROVIDER_FIELDS };
    return checkConsistent(readFields<ProviderSettings>(entry, fields, hint(role)));
  }
  const fields = { ...common, role: required(() => role), ...consumerFields(folder) };
  return checkConsistent(readFields<ConsumerSettings>(entry, fields, hint(role)));
}

function commonFields(folder: string): Fields<ServiceSettings> {
  return {
    name: required((value) => readName(value, 'segment', 'the last part of /wus/<name>')),
    wsdl: required((value) => readPath(value, folder)),
    profile: required(readChoice(WUS_PROFILES.map(({ name }) => name))),
    mtom: otherwise(false, readFlag),
    logContent: otherwise(false, readFlag),
    party: optional(readOin),
  };
}

const BACKEND_FIELDS: Fields<Omit<BackendSettings, 'destination'> & BackendPlace> = {
  url: optional(readHttpUrl),
  destination: optional(readDestination),
  format: otherwise('soap', readChoice(FORMATS)),
  timeoutSeconds: otherwise(DEFAULT_TIMEOUT_S, readTimeout),
  faults: otherwise('declared', readChoice(FAULTS)),
};

interface BackendPlace {
  readonly url: string | undefined;
  readonly destination: string | undefined;
}

function readBackend(value: unknown): BackendSettings | Unusable {
  const read = readFields(value, BACKEND_FIELDS);
  if (read instanceof Unusable) return read;
  const { url, destination, ...terms } = read;
  const place = url ?? destination;
  if (place === undefined || (url !== undefined && destination !== undefined))
    return new Unusable('url: give this, or the destination of an adapter');
  return { destination: place, ...terms };
}

function readDestination(value: unknown): string | Unusable {
  const text = readText(value);
  if (text instanceof Unusable || /^(?:amqp|webhook:.+)$/.test(text)) return text;
  return new Unusable(`${text} is none that answers: amqp or webhook:<name>`);
}

const PROVIDER_FIELDS: Fields<Omit<ProviderSettings, keyof ServiceSettings | 'role'>> = {
  partners: required(readOins),
  addresses: otherwise([], (value) => readList(value, readText)),
  backend: required(readBackend),
};

function consumerFields(folder: string): Fields<Omit<ConsumerSettings, keyof ServiceSettings | 'role'>> {
  return {
    partner: required(readOin),
    endpoint: required(readHttpUrl),
    to: optional(readText),
    encryptFor: optional((value) => readPath(value, folder)),
    timeoutSeconds: otherwise(DEFAULT_TIMEOUT_S, readTimeout),
    idempotent: otherwise(false, readFlag),
  };
}

/** Keys of the other role are no slips of the pen. */
function hint(role: WusServiceSettings['role']): (key: string) => string | undefined {
  const instead = role === 'provider' ? FOR_A_PROVIDER : FOR_A_CONSUMER;
  return (key) => (Object.hasOwn(instead, key) ? `${key}: ${instead[key]}` : undefined);
}

const FOR_A_PROVIDER: Readonly<Record<string, string>> = {
  partner: 'a provider has `partners`, the list of OINs that may call it',
  endpoint: 'is of a consumer; where requests go inside is `backend`',
  to: 'is of a consumer; the values of wsa:To that are taken are `addresses`',
  encryptFor:
    'is of a consumer; an answer is encrypted for the certificate of the request, or `partners.….wusEncryptFor`',
  timeoutSeconds: 'stands in `backend`',
};
const FOR_A_CONSUMER: Readonly<Record<string, string>> = {
  partners: 'a consumer has one `partner`, the OIN of who answers',
  backend: 'is of a provider; where the partner is called is `endpoint`',
  addresses: 'is of a provider; the wsa:To of requests is `to`',
};

function checkConsistent(service: WusServiceSettings | Unusable): WusServiceSettings | Unusable {
  if (service instanceof Unusable || service.role === 'provider') return service;
  const { profile, encryptFor } = service;
  if (profile === '2W-be-SE' && encryptFor === undefined) {
    return new Unusable(
      'encryptFor: is required with 2W-be-SE: the certificate of the partner that requests are encrypted for',
    );
  }
  if (profile !== '2W-be-SE' && encryptFor !== undefined) {
    return new Unusable(`encryptFor: ${profile} encrypts nothing; leave it out, or use 2W-be-SE`);
  }
  return service;
}

function readOins(value: unknown): readonly string[] | Unusable {
  const oins = readList(value, readOin);
  if (oins instanceof Unusable || oins.length > 0) return oins;
  return new Unusable('name one OIN at least: nobody else may call');
}

function readTimeout(value: unknown): number | Unusable {
  const seconds = readInteger(value, LONGEST_TIMEOUT_S);
  return seconds === 0 ? new Unusable('must be 1 at least') : seconds;
}

function readChoice<T extends string>(choices: readonly T[]): (value: unknown) => T | Unusable {
  return (value) => {
    const near = typeof value === 'string' ? nearest(value, choices) : undefined;
    const chosen = choices.find((one) => one === value);
    return chosen ?? new Unusable(`must be one of ${choices.join(', ')}${didYouMean(near)}`);
  };
}

function twice(services: readonly WusServiceSettings[]): readonly string[] {
  const names = services.map(({ name }) => name);
  const again = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...again].map((name) => `${name}: two services have this name; the API and /wus/<name> need one each`);
}
