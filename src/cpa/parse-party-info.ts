import { findChild, findChildren, simpleText } from '../xml/tree.ts';
import type { XmlElement } from '../xml/tree.ts';
import { openCertificate } from './certificate.ts';
import {
  children,
  enumAttribute,
  indexBy,
  invalid,
  optionalAttribute,
  placeOf,
  requiredAttribute,
  requiredChild,
} from './element-reader.ts';
import type { Always, CpaCertificate, DeliveryChannel, PartyInfo } from './model.ts';
import { parseCollaborationRole } from './parse-collaboration-role.ts';
import { parseDocExchange } from './parse-doc-exchange.ts';
import { parseTransport } from './parse-transport.ts';
import { typedValueOf } from './parse-typed-value.ts';

const DS_NS = 'http://www.w3.org/2000/09/xmldsig#';
const ALWAYS = { values: ['always', 'never', 'perMessage'], otherwise: 'perMessage' } as const;
const SYNC_REPLY_MODE = {
  values: ['none', 'mshSignalsOnly', 'signalsOnly', 'responseOnly', 'signalsAndResponse'],
  otherwise: 'none',
} as const;

/** @spec CPPA 2.0 §8.4 */
export function parsePartyInfo(element: XmlElement): PartyInfo {
  const partyIds = children(element, 'PartyId').map(typedValueOf);
  if (partyIds.length === 0) throw invalid(`${placeOf(element)}/PartyId`, 'the element is missing');
  return {
    partyName: requiredAttribute(element, 'partyName'),
    partyIds,
    defaultMshChannelId: optionalAttribute(element, 'defaultMshChannelId'),
    roles: children(element, 'CollaborationRole').map(parseCollaborationRole),
    certificates: indexBy(children(element, 'Certificate'), 'certId', parseCertificate),
    securityDetails: indexBy(children(element, 'SecurityDetails'), 'securityId', parseSecurityDetails),
    channels: indexBy(children(element, 'DeliveryChannel'), 'channelId', parseDeliveryChannel),
    transports: indexBy(children(element, 'Transport'), 'transportId', parseTransport),
    docExchanges: indexBy(children(element, 'DocExchange'), 'docExchangeId', parseDocExchange),
    overrides: children(element, 'OverrideMshActionBinding').map((override) => ({
      action: requiredAttribute(override, 'action'),
      channelId: requiredAttribute(override, 'channelId'),
    })),
  };
}

function parseSecurityDetails(element: XmlElement): readonly string[] {
  return children(element, 'TrustAnchors')
    .flatMap((anchors) => children(anchors, 'AnchorCertificateRef'))
    .map((anchor) => requiredAttribute(anchor, 'certId'));
}

function parseDeliveryChannel(element: XmlElement, channelId: string): DeliveryChannel {
  const characteristics = requiredChild(element, 'MessagingCharacteristics');
  const always = (name: string): Always => enumAttribute(characteristics, name, ALWAYS);
  return {
    channelId,
    transportId: requiredAttribute(element, 'transportId'),
    docExchangeId: requiredAttribute(element, 'docExchangeId'),
    syncReplyMode: enumAttribute(characteristics, 'syncReplyMode', SYNC_REPLY_MODE),
    ackRequested: always('ackRequested'),
    ackSignatureRequested: always('ackSignatureRequested'),
    duplicateElimination: always('duplicateElimination'),
    actor: optionalAttribute(characteristics, 'actor'),
  };
}

function parseCertificate(element: XmlElement, certId: string): CpaCertificate {
  const keyInfo = findChild(element, DS_NS, 'KeyInfo');
  const [first] = (keyInfo === undefined ? [] : findChildren(keyInfo, DS_NS, 'X509Data')).flatMap((data) =>
    findChildren(data, DS_NS, 'X509Certificate'),
  );
  const base64 = first === undefined ? undefined : simpleText(first)?.replaceAll(/\s/g, '');
  return { certId, der: base64 === undefined ? undefined : readDer(base64) };
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The certificate's own octets: whatever follows them in the text is dropped. */
function readDer(base64: string): Uint8Array | undefined {
  return BASE64.test(base64) ? openCertificate(Buffer.from(base64, 'base64'))?.raw : undefined;
}
