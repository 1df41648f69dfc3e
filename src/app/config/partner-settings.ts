import type { PartnerEncryption, PartnerTerms } from '../../msh/parts.ts';
import {
  didYouMean,
  isHttpUrl,
  isMap,
  isOin,
  readList,
  readOneOf,
  readParty,
  readPath,
  Unusable,
} from './read-value.ts';
import { nearest } from './suggest.ts';

/** What the configuration says of one partner; what is of WUS alone stands apart. */
export interface PartnerSettings extends PartnerTerms {
  readonly wus?: WusPartnerSettings;
}

export interface WusPartnerSettings {
  readonly unsignedConfirmation?: true;
  /** Files: certificates that a signature may name by reference. */
  readonly certificates?: readonly string[];
  /** File: the certificate to encrypt for, where it is not that of the request. */
  readonly encryptFor?: string;
}

const PARTNER_KEYS = [
  'allow',
  'endpoint',
  'messageOrder',
  'responses',
  'tlsOin',
  'encryption',
  'wusCertificates',
  'wusEncryptFor',
] as const;
export type PartnerKey = (typeof PARTNER_KEYS)[number];
const NAMES: readonly string[] = PARTNER_KEYS;
const ENCRYPTION_KEYS = ['data', 'keyTransport'];
const DATA_ALGORITHMS = ['aes256-gcm', 'aes128-gcm'] as const;
const KEY_TRANSPORTS = ['rsa-oaep-mgf1p', 'rsa-oaep'] as const;
const WEAKENINGS: readonly PartnerTerms['allow'][number][] = ['sha1', 'cbc', 'rsa15', 'keyRef'];
const ALLOWED = [...WEAKENINGS, 'unsignedConfirmation'] as const;

export function readPartners(value: unknown, folder: string): Readonly<Record<string, PartnerSettings>> | Unusable {
  if (!isMap(value)) return new Unusable('must be a map');
  const partners = new Map<string, PartnerSettings>();
  for (const [name, terms] of Object.entries(value)) {
    const party = readParty(name);
    const read = readPartner(terms, folder);
    if (party instanceof Unusable) return new Unusable(`${name}: ${party.reason}`);
    if (read instanceof Unusable) return new Unusable(`${name}: ${read.reason}`);
    partners.set(party, read);
  }
  return Object.fromEntries(partners);
}

function readPartner(terms: unknown, folder: string): PartnerSettings | Unusable {
  if (!isMap(terms)) return new Unusable('must be a map');
  const unknown = Object.keys(terms).find((key) => !NAMES.includes(key));
  if (unknown !== undefined) return new Unusable(`unknown key ${unknown}${didYouMean(nearest(unknown, PARTNER_KEYS))}`);
  const allow = readList(terms['allow'] ?? [], readAllowed);
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
  const wus = readWus(terms, allow.includes('unsignedConfirmation'), folder);
  if (wus instanceof Unusable) return wus;
  return {
    allow: WEAKENINGS.filter((one) => allow.includes(one)),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(messageOrder === undefined ? {} : { messageOrder }),
    ...(responses === undefined ? {} : { responses }),
    ...(tlsOin === undefined ? {} : { tlsOin }),
    ...(terms['encryption'] === undefined ? {} : { encryption }),
    ...(Object.keys(wus).length === 0 ? {} : { wus }),
  };
}

function readWus(
  { wusCertificates, wusEncryptFor }: Readonly<Record<string, unknown>>,
  unsignedConfirmation: boolean,
  folder: string,
): WusPartnerSettings | Unusable {
  const certificates = wusCertificates === undefined ? [] : readList(wusCertificates, (one) => readPath(one, folder));
  if (certificates instanceof Unusable) return new Unusable(`wusCertificates: ${certificates.reason}`);
  const encryptFor = wusEncryptFor === undefined ? undefined : readPath(wusEncryptFor, folder);
  if (encryptFor instanceof Unusable) return new Unusable(`wusEncryptFor: ${encryptFor.reason}`);
  return {
    ...(unsignedConfirmation ? { unsignedConfirmation } : {}),
    ...(certificates.length === 0 ? {} : { certificates }),
    ...(encryptFor === undefined ? {} : { encryptFor }),
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

function readAllowed(value: unknown): (typeof ALLOWED)[number] | Unusable {
  return ALLOWED.find((one) => one === value) ?? new Unusable(`must be one of ${ALLOWED.join(', ')}`);
}
