import { parseDateTime } from '../clock.ts';
import type { XmlElement } from '../xml/tree.ts';
import { parseXml } from '../xml/tree.ts';
import {
  CPPA_NS,
  child,
  children,
  enumAttribute,
  invalid,
  optionalAttribute,
  placeOf,
  requiredAttribute,
  requiredChild,
  requiredText,
} from './element-reader.ts';
import type { Cpa } from './model.ts';
import { parsePartyInfo } from './parse-party-info.ts';

/**
 * Reads a CPA. Throws XML_* when it is no acceptable XML and CPA_INVALID, with the place, when it has not the structure
 * of the schema; references that lead nowhere are left to `validateCpa`. @spec CPPA 2.0 §9
 */
export function parseCpa(bytes: Uint8Array): Cpa {
  const { root } = parseXml(bytes);
  if (root.namespace !== CPPA_NS || root.localName !== 'CollaborationProtocolAgreement') {
    throw invalid(placeOf(root), `the root is no CollaborationProtocolAgreement of ${CPPA_NS}`);
  }
  const parties = children(root, 'PartyInfo');
  if (parties.length !== 2) {
    throw invalid(`${placeOf(root)}/PartyInfo`, `a CPA has two parties, not ${parties.length}`);
  }
  return {
    cpaId: requiredAttribute(root, 'cpaid'),
    version: optionalAttribute(root, 'version'),
    status: parseStatus(requiredChild(root, 'Status')),
    start: dateTimeOf(requiredChild(root, 'Start')),
    end: dateTimeOf(requiredChild(root, 'End')),
    parties: parties.map(parsePartyInfo),
    bytes,
    signed: child(root, 'Signature') !== undefined,
    conversationConstraints: child(root, 'ConversationConstraints') !== undefined,
  };
}

function parseStatus(status: XmlElement): Cpa['status'] {
  requiredAttribute(status, 'value');
  return enumAttribute(status, 'value', { values: ['proposed', 'agreed', 'signed'], otherwise: 'proposed' });
}

function dateTimeOf(element: XmlElement): number {
  const time = parseDateTime(requiredText(element));
  if (time === undefined) throw invalid(placeOf(element), 'it is no dateTime');
  return time;
}
