import { agreementIndexOf } from '../agreement-index.ts';
import { profileOf } from '../profiles.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { placeOfParty } from './places.ts';
import type { RuleSubject } from './places.ts';

/** Says for each action which profile it follows. @spec Digikoppeling ebMS2 §1.4 */
export function recogniseProfiles({ cpa }: RuleSubject): readonly Finding[] {
  const agreements = [...agreementIndexOf(cpa).sends.values()].flatMap((sends) => [...sends.values()].flat());
  return agreements.map((agreement) => {
    const place = `${placeOfParty(cpa, agreement.from.info)}//ThisPartyActionBinding[@action='${agreement.action}']`;
    const name = profileOf(agreement);
    return name === undefined
      ? finding('PROFILE_NONE', place, agreement.action)
      : finding('PROFILE', place, `${agreement.action}: ${name}`);
  });
}
