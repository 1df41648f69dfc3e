import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { createCpa } from '../cpa/create-cpa.ts';
import type { CpaOptions } from '../cpa/create-cpa.ts';
import { diffCpas } from '../cpa/diff-cpa.ts';
import type { CpaDifference } from '../cpa/diff-cpa.ts';
import { parseCpa } from '../cpa/parse-cpa.ts';
import { PROFILE_NAMES } from '../cpa/profiles.ts';
import type { ProfileName } from '../cpa/profiles.ts';
import { parsePartyProfile } from '../cpa/party-profile.ts';
import type { PartyProfile } from '../cpa/party-profile.ts';
import { validateCpa } from '../cpa/validate-cpa.ts';
import type { Finding } from '../cpa/validate-cpa.ts';
import { GatewayError } from '../errors.ts';

export interface ContractRequest extends Omit<CpaOptions, 'parties' | 'profile'> {
  /** Two party.yaml files; the first sends `actions` to the second. */
  readonly partyFiles: readonly string[];
  readonly profile: string;
}

/** Makes a CPA from two party files. Throws OPTION_INVALID, PARTY_FILE_INVALID (a party file), FILE_MISSING. */
export async function createContract({ partyFiles, profile, ...rest }: ContractRequest): Promise<Uint8Array> {
  const known = readProfile(profile);
  const [first, second, ...more] = await Promise.all(partyFiles.map(readParty));
  if (first === undefined || second === undefined || more.length > 0) {
    throw new GatewayError('OPTION_INVALID', {
      location: '--party',
      detail: 'give two: --party A.yaml --party B.yaml',
    });
  }
  return createCpa({ ...rest, parties: [first, second], profile: known });
}

export interface ContractCheck {
  readonly file: string;
  readonly cpaId: string | undefined;
  readonly valid: boolean;
  readonly findings: readonly (Omit<Finding, 'code'> & { readonly code: string })[];
}

/** Checks a CPA file without a gateway. Throws FILE_MISSING. */
export async function checkContract(file: string, now: number): Promise<ContractCheck> {
  const bytes = await readGiven(file);
  try {
    const cpa = parseCpa(bytes);
    const findings = validateCpa(cpa, now);
    return { file, cpaId: cpa.cpaId, valid: findings.every(({ severity }) => severity !== 'error'), findings };
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    const { code, location = '/', message: text, row } = thrown;
    const finding = { severity: 'error', code, place: location, text, remedy: row.remedy } as const;
    return { file, cpaId: undefined, valid: false, findings: [finding] };
  }
}

/** What differs between two documents. Throws CPA_INVALID and what XML can be refused with. */
export function compareContracts(before: Uint8Array, after: Uint8Array): readonly CpaDifference[] {
  return diffCpas(parseCpa(before), parseCpa(after));
}

/** Reads a file that a person named. Throws FILE_MISSING. */
export async function readGiven(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new GatewayError('FILE_MISSING', { location: file, detail: `${file} cannot be read`, cause });
  }
}

async function readParty(file: string): Promise<PartyProfile> {
  const content = await readGiven(file);
  let value: unknown;
  try {
    value = readYaml(content.toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('PARTY_FILE_INVALID', { location: file, detail: `${file} is no YAML: ${reason}`, cause });
  }
  return parsePartyProfile(value, file);
}

/** What YAML only warns of (a tag that nobody knows) is a mistake too; aliases that multiply are refused. */
function readYaml(text: string): unknown {
  const document = parseDocument(text);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  const value: unknown = document.toJS({ maxAliasCount: 20 });
  return value;
}

function readProfile(name: string): ProfileName {
  const found = PROFILE_NAMES.find((profile) => profile === name);
  if (found !== undefined) return found;
  const detail = `${name} is no profile; one of ${PROFILE_NAMES.join(', ')}`;
  throw new GatewayError('OPTION_INVALID', { location: '--profile', detail });
}
