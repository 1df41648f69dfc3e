import type { XmlElement } from '../xml/tree.ts';
import {
  booleanAttribute,
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
import type { ActionBinding, BusinessTransactionCharacteristics, CollaborationRole, Protection } from './model.ts';
import { typedValueOf } from './parse-typed-value.ts';

const PROTECTION = {
  values: ['none', 'transient', 'persistent', 'transient-and-persistent'],
  otherwise: 'none',
} as const;

/** @spec CPPA 2.0 §8.4.3 */
export function parseCollaborationRole(element: XmlElement): CollaborationRole {
  const binding = requiredChild(element, 'ServiceBinding');
  return {
    role: requiredAttribute(requiredChild(element, 'Role'), 'name'),
    service: typedValueOf(requiredChild(binding, 'Service')),
    canSend: bindingsOf(binding, 'CanSend'),
    canReceive: bindingsOf(binding, 'CanReceive'),
  };
}

/** Those of the service itself, then those inside a binding of the other direction (synchronous replies). */
function bindingsOf(service: XmlElement, name: 'CanSend' | 'CanReceive'): readonly ActionBinding[] {
  const other = name === 'CanSend' ? 'CanReceive' : 'CanSend';
  const nested = children(service, other).flatMap((element) => children(element, name));
  return [
    ...children(service, name).map((element) => parseActionBinding(element, false)),
    ...nested.map((element) => parseActionBinding(element, true)),
  ];
}

function parseActionBinding(element: XmlElement, nested: boolean): ActionBinding {
  const own = requiredChild(element, 'ThisPartyActionBinding');
  const other = child(element, 'OtherPartyActionBinding');
  const channelIds = children(own, 'ChannelId').map(requiredText);
  if (channelIds.length === 0) throw invalid(`${placeOf(own)}/ChannelId`, 'the element is missing');
  return {
    id: requiredAttribute(own, 'id'),
    action: requiredAttribute(own, 'action'),
    otherPartyActionBinding: other === undefined ? undefined : requiredText(other),
    channelIds,
    nested,
    characteristics: parseCharacteristics(requiredChild(own, 'BusinessTransactionCharacteristics')),
  };
}

function parseCharacteristics(element: XmlElement): BusinessTransactionCharacteristics {
  const protection = (name: string): Protection => enumAttribute(element, name, PROTECTION);
  return {
    isNonRepudiationRequired: booleanAttribute(element, 'isNonRepudiationRequired'),
    isNonRepudiationReceiptRequired: booleanAttribute(element, 'isNonRepudiationReceiptRequired'),
    isConfidential: protection('isConfidential'),
    isAuthenticated: protection('isAuthenticated'),
    isTamperProof: protection('isTamperProof'),
    isAuthorizationRequired: booleanAttribute(element, 'isAuthorizationRequired'),
    isIntelligibleCheckRequired: booleanAttribute(element, 'isIntelligibleCheckRequired'),
    timeToPerform: optionalAttribute(element, 'timeToPerform'),
  };
}
