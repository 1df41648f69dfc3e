import type { BusinessTransactionCharacteristics, Cpa, PartyInfo } from '../model.ts';
import { SERVICE_TYPE, typedKey } from '../typed-value.ts';
import { finding } from './finding-table.ts';
import type { Finding } from './finding-table.ts';
import { placeOfParty, placeOfSide, ROOT, sidesOf } from './places.ts';
import type { RuleSubject } from './places.ts';

const PLAIN_CPA_ID = /^[A-Za-z0-9_-]+$/;

/** What every profile has, signed or not: somebody is known, nothing can be changed on the way, not everybody may. */
function unusual(of: BusinessTransactionCharacteristics): readonly string[] {
  return [
    ...(of.isAuthenticated === 'none' ? ['isAuthenticated'] : []),
    ...(of.isTamperProof === 'none' ? ['isTamperProof'] : []),
    ...(of.isAuthorizationRequired ? [] : ['isAuthorizationRequired']),
  ];
}

/** The customs of Digikoppeling: names, one service a contract, one role a party. @spec Digikoppeling Best Practices ebMS */
export function checkPractices({ cpa }: RuleSubject): readonly Finding[] {
  return [
    ...(PLAIN_CPA_ID.test(cpa.cpaId) ? [] : [finding('CPA_ID_CHARACTERS', `${ROOT}/@cpaid`, cpa.cpaId)]),
    ...(cpa.conversationConstraints ? [finding('CONVERSATION_CONSTRAINTS', `${ROOT}/ConversationConstraints`)] : []),
    ...checkServices(cpa),
    ...cpa.parties.flatMap((party) => checkRoles(party, placeOfParty(cpa, party))),
    ...checkActions(cpa),
  ];
}

function checkServices(cpa: Cpa): readonly Finding[] {
  const services = cpa.parties.flatMap((party) => party.roles.map(({ service }) => service));
  const keys = [...new Set(services.map(typedKey))];
  const findings = keys.length > 1 ? [finding('SERVICES_SEVERAL', '//ServiceBinding/Service', keys.join(', '))] : [];
  const untyped = services.find(({ type }) => type !== SERVICE_TYPE);
  if (untyped !== undefined) findings.push(finding('SERVICE_TYPE', '//ServiceBinding/Service', typedKey(untyped)));
  const blank = services.find(({ value }) => /\s/.test(value));
  if (blank !== undefined) findings.push(finding('IDENTIFIER_BLANKS', '//ServiceBinding/Service', blank.value));
  return findings;
}

function checkRoles(party: PartyInfo, place: string): readonly Finding[] {
  const names = [...new Set(party.roles.map(({ role }) => role))];
  return names.length > 1 ? [finding('ROLES_SEVERAL', `${place}/CollaborationRole`, names.join(', '))] : [];
}

function checkActions(cpa: Cpa): readonly Finding[] {
  return sidesOf(cpa).flatMap((side) => {
    const { action, characteristics } = side.binding;
    const place = placeOfSide(cpa, side);
    const names = unusual(characteristics);
    return [
      ...(/\s/.test(action) ? [finding('IDENTIFIER_BLANKS', `${place}/@action`, action)] : []),
      ...(names.length === 0 ? [] : [finding('CHARACTERISTICS_UNUSUAL', place, names.join(', '))]),
    ];
  });
}
