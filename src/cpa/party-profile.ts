import { GatewayError } from '../errors.ts';
import { openCertificate } from './certificate.ts';
import { OIN_TYPE, oinOf } from './oin.ts';
import type { TypedValue } from './typed-value.ts';

/** The public half of a party: the content of `party.yaml`, which partners exchange to make a CPA. */
export interface PartyProfile {
  readonly name: string;
  readonly partyId: Required<TypedValue>;
  /** Role in the CPA; the name when absent. */
  readonly role?: string;
  /** Where it receives: https, or http for tests. */
  readonly endpoint: string;
  /** PEM text, one certificate each. */
  readonly certificates: PartyCertificates;
}

export interface PartyCertificates {
  readonly sign: string;
  /** `sign` when absent. */
  readonly tlsClient?: string;
  /** `tlsClient`, else `sign`, when absent. */
  readonly tlsServer?: string;
  /** What partners encrypt payloads for; `sign` when absent. */
  readonly decrypt?: string;
}

const KEYS: ReadonlySet<string> = new Set(['name', 'partyId', 'role', 'endpoint', 'certificates']);
const CERTIFICATE_KEYS = ['sign', 'tlsClient', 'tlsServer', 'decrypt'] as const;

/**
 * Checks what was read from a party file. `partyId` may be an object, `urn:osb:oin:<OIN>` or a bare OIN.
 * Throws PARTY_FILE_INVALID that names the key; `file` stands before it.
 */
export function parsePartyProfile(input: unknown, file = 'party'): PartyProfile {
  const party = recordOf(input, file);
  const unknown = Object.keys(party).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw invalid(`${file}: ${unknown}`, 'there is no such key');
  const role = party['role'] === undefined ? {} : { role: textOf(party['role'], `${file}: role`) };
  return {
    name: textOf(party['name'], `${file}: name`),
    partyId: parsePartyId(party['partyId'], `${file}: partyId`),
    ...role,
    endpoint: parseEndpoint(party['endpoint'], `${file}: endpoint`),
    certificates: parseCertificates(party['certificates'], `${file}: certificates`),
  };
}

/** The profile of a party that has just been set up; write it as YAML to hand it to partners. */
export function toPartyProfile(party: {
  readonly name: string;
  readonly oin: string;
  readonly endpoint: string;
  readonly role?: string;
  readonly certificates: PartyCertificates;
}): PartyProfile {
  const { oin, ...rest } = party;
  return parsePartyProfile({ ...rest, partyId: { type: OIN_TYPE, value: oin } });
}

function parsePartyId(input: unknown, key: string): Required<TypedValue> {
  if (typeof input === 'string') {
    const value = input.startsWith(`${OIN_TYPE}:`) ? input.slice(OIN_TYPE.length + 1) : input;
    return requireOin({ type: OIN_TYPE, value }, key);
  }
  const { type, value } = recordOf(input, key);
  return requireOin({ type: textOf(type, `${key}.type`), value: textOf(value, `${key}.value`) }, key);
}

function requireOin(partyId: Required<TypedValue>, key: string): Required<TypedValue> {
  if (partyId.type === OIN_TYPE && oinOf(partyId.value) === undefined) {
    throw invalid(key, `${partyId.value} is no OIN of 20 positions`);
  }
  return partyId;
}

function parseEndpoint(input: unknown, key: string): string {
  const endpoint = textOf(input, key);
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !web || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw invalid(key, 'it is no URL of the form https://host/path');
  }
  return endpoint;
}

function parseCertificates(input: unknown, key: string): PartyCertificates {
  const certificates = recordOf(input, key);
  const found = CERTIFICATE_KEYS.flatMap((name) => {
    const pem = certificates[name];
    return pem === undefined ? [] : [[name, firstCertificate(pem, `${key}.${name}`)] as const];
  });
  const { sign, ...others }: Partial<PartyCertificates> = Object.fromEntries(found);
  if (sign === undefined) throw invalid(`${key}.sign`, 'it is missing');
  return { sign, ...others };
}

/** A bundle holds the chain behind the party's own certificate: only that one goes into a CPA. */
function firstCertificate(input: unknown, key: string): string {
  const [pem] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(textOf(input, key)) ?? [];
  if (pem === undefined || openCertificate(Buffer.from(pem)) === undefined) {
    throw invalid(key, 'it is no PEM text of a certificate');
  }
  return `${pem}\n`;
}

function textOf(input: unknown, key: string): string {
  if (typeof input !== 'string' || input.trim() === '') throw invalid(key, 'it is missing or no text');
  return input;
}

function recordOf(input: unknown, key: string): Readonly<Record<string, unknown>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw invalid(key, 'it is missing or no mapping');
  return { ...input };
}

function invalid(location: string, reason: string): GatewayError {
  return new GatewayError('PARTY_FILE_INVALID', { location, detail: `${location}: ${reason}` });
}
