import { createCpa } from '../../src/cpa/create-cpa.ts';
import type { ProfileName } from '../../src/cpa/profiles.ts';
import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import type { PartyProfile } from '../../src/cpa/party-profile.ts';
import { partyA, partyB, type TestParty } from './test-keys.ts';

/** Two parties of the tests of the MSH. Their addresses exist only in the routes of a test. */
export interface ContractParty {
  readonly oin: string;
  /** As `type:value`. */
  readonly key: string;
  readonly role: string;
  readonly keys: TestParty;
  readonly endpoint: string;
}

function party(name: string, oin: string, keys: TestParty): ContractParty {
  return { oin, key: `urn:osb:oin:${oin}`, role: name, keys, endpoint: `https://${name}.test/ebms` };
}

export const gemeente = party('gemeente', '00000099000000001000', partyA);
export const dienst = party('dienst', '00000099000000002000', partyB);

export const SERVICE = 'urn:osb:services:osb:melding:1.0';
export const ACTION = 'melden';
export const REPLY_ACTION = 'bevestigen';
export const RETRY_INTERVAL = 60_000;
export const PROFILES = [
  'osb-be',
  'osb-rm',
  'osb-be-s',
  'osb-rm-s',
  'osb-be-e',
  'osb-rm-e',
] as const satisfies readonly ProfileName[];

export interface ContractTerms {
  readonly profile: ProfileName;
  readonly sync?: boolean;
  /** 2 when absent. */
  readonly retries?: number;
  /** Last part of the CPAId. */
  readonly version?: string;
  readonly parties?: readonly [ContractParty, ContractParty];
  readonly start?: number;
  readonly end?: number;
  /** MessageOrderSemantics Guaranteed on every channel. */
  readonly ordered?: boolean;
  /** What a test changes in the contract. */
  readonly edit?: (text: string) => string;
}

/** A contract in which gemeente sends `melden` to dienst, which sends `bevestigen` back; retries a minute apart. */
export function contract(terms: ContractTerms): Uint8Array {
  const [first, second] = terms.parties ?? [gemeente, dienst];
  const created = createCpa({
    parties: [profileOf(first), profileOf(second)],
    service: SERVICE,
    actions: [ACTION],
    replyActions: [REPLY_ACTION],
    profile: terms.profile,
    sync: terms.sync ?? false,
    version: terms.version ?? `${terms.profile}${terms.sync === true ? '-sync' : ''}`,
    start: terms.start ?? Date.parse('2026-01-01T00:00:00Z'),
    end: terms.end ?? Date.parse('2036-01-01T00:00:00Z'),
    retries: terms.retries ?? 2,
    retryInterval: RETRY_INTERVAL,
  });
  const text = Buffer.from(created).toString('utf8');
  const ordered = terms.ordered === true ? text.replaceAll('>NotGuaranteed<', '>Guaranteed<') : text;
  return Buffer.from(terms.edit?.(ordered) ?? ordered);
}

export function cpaIdOf(bytes: Uint8Array): string {
  return parseCpa(bytes).cpaId;
}

function profileOf({ oin, role, endpoint, keys }: ContractParty): PartyProfile {
  return {
    name: role,
    role,
    partyId: { type: 'urn:osb:oin', value: oin },
    endpoint,
    certificates: { sign: keys.certificatePem },
  };
}
