import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { ROOT } from './places.ts';
import type { RuleSubject } from './places.ts';

/** Status and schema version. @spec CPPA 2.0 §9.2 */
export function checkStatus({ cpa }: RuleSubject): readonly Finding[] {
  const findings: Finding[] = [];
  if (cpa.status === 'proposed') findings.push(finding('STATUS_PROPOSED', `${ROOT}/Status`));
  if (cpa.status === 'signed') findings.push(finding('STATUS_SIGNED', `${ROOT}/Status`));
  if (cpa.version !== '2_0b') findings.push(finding('SCHEMA_VERSION', `${ROOT}/@version`, cpa.version ?? 'none'));
  return findings;
}
