import { bySeverity } from '../errors/finding.ts';
import type { Cpa } from './model.ts';
import { checkBothSides } from './rules/both-sides.ts';
import { checkCpaId } from './rules/cpa-id.ts';
import { checkCertificates } from './rules/certificates.ts';
import { checkDates } from './rules/dates.ts';
import { checkEncryption } from './rules/encryption.ts';
import { checkEndpoints } from './rules/endpoints.ts';
import type { Finding } from './rules/finding-table.ts';
import { checkMessaging } from './rules/messaging.ts';
import { checkParties } from './rules/parties.ts';
import type { RuleSubject } from './rules/places.ts';
import { checkPractices } from './rules/practices.ts';
import { recogniseProfiles } from './rules/profile.ts';
import { checkReferences } from './rules/references.ts';
import { checkReliability } from './rules/reliability.ts';
import { checkSignatures } from './rules/signatures.ts';
import { checkSigning } from './rules/signing.ts';
import { checkStatus } from './rules/status.ts';

export type { Severity } from '../errors/finding.ts';
export type { Finding, FindingCode } from './rules/finding-table.ts';
export { FINDINGS } from './rules/finding-table.ts';

const RULES: readonly ((subject: RuleSubject) => readonly Finding[])[] = [
  checkCpaId,
  checkStatus,
  checkSignatures,
  checkDates,
  checkParties,
  checkReferences,
  checkBothSides,
  checkMessaging,
  checkReliability,
  checkSigning,
  checkEncryption,
  checkCertificates,
  checkEndpoints,
  checkPractices,
  recogniseProfiles,
];

/**
 * Everything that is wrong (error: it cannot be activated), risky (warning) or worth knowing (note) about a contract.
 * Errors first. `now` in ms since 1970 UTC. @spec CPPA 2.0 §9
 */
export function validateCpa(cpa: Cpa, now: number): readonly Finding[] {
  const findings = RULES.flatMap((rule) => rule({ cpa, now }));
  return findings.sort(bySeverity);
}
