import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import type { RuleSubject } from './places.ts';

const LONGEST = 255;
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/;
const UNFIT = /[\s\p{Cc}\p{Cs}]/u;

/** The cpaid goes into headers of messages, and into paths of the API: a contract that no path names could never be removed. @spec CPPA 2.0 §9.1 */
export function checkCpaId({ cpa: { cpaId } }: RuleSubject): readonly Finding[] {
  if (cpaId.length <= LONGEST && !DOT_SEGMENT.test(cpaId) && !UNFIT.test(cpaId)) return [];
  return [finding('CPA_ID_FORM', '//CollaborationProtocolAgreement/@cpaid', cpaId.slice(0, LONGEST))];
}
