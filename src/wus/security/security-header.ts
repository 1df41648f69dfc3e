import { type ErrorCode, GatewayError } from '../../errors.ts';
import { ACTOR_NEXT, actorOf } from '../../soap/header-blocks.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import { findChildren, type XmlElement } from '../../xml/tree.ts';
import { DS_NAMESPACE } from '../../xmlsec/algorithms.ts';
import { XENC_NAMESPACE } from '../../xmlsec/encryption/algorithms.ts';
import { onlyElements } from '../../xmlsec/strict-elements.ts';
import { WSSE11_NAMESPACE, WSSE_NAMESPACE, WSU_NAMESPACE } from '../namespaces.ts';
import type { SecurityHeader } from './security.ts';

const LOCATION = '//Header/Security';

export type SecurityErrorCode = Extract<
  ErrorCode,
  'WUS_SECURITY_HEADER' | 'WUS_TIMESTAMP' | 'WUS_TOKEN' | 'WUS_CONFIRMATION'
>;

/** A refusal of what wsse:Security holds; `detail` is for the log only. */
export function securityRefusal(code: SecurityErrorCode, detail: string): GatewayError {
  return new GatewayError(code, { location: LOCATION, detail });
}

/**
 * The wsse:Security header that is for us, without actor or for the next one; undefined when there is none. Those for others are
 * passed over. Throws WUS_SECURITY_HEADER for a second one. @spec WS-Security 1.1 §5
 */
export function findSecurity({ header }: SoapEnvelope): XmlElement | undefined {
  const all = header === undefined ? [] : findChildren(header, WSSE_NAMESPACE, 'Security');
  const [security, second] = all.filter(isForUs);
  if (second !== undefined) throw securityRefusal('WUS_SECURITY_HEADER', 'more than one Security header');
  return security;
}

function isForUs(block: XmlElement): boolean {
  const actor = actorOf(block) ?? '';
  return actor === '' || actor === ACTOR_NEXT;
}

type Slot = keyof Omit<SecurityHeader, 'element'>;

const CHILDREN: readonly { readonly namespace: string; readonly localName: string; readonly slot: Slot | undefined }[] =
  [
    { namespace: WSSE_NAMESPACE, localName: 'BinarySecurityToken', slot: 'tokens' },
    { namespace: DS_NAMESPACE, localName: 'Signature', slot: 'signature' },
    { namespace: WSU_NAMESPACE, localName: 'Timestamp', slot: 'timestamp' },
    { namespace: WSSE11_NAMESPACE, localName: 'SignatureConfirmation', slot: 'confirmations' },
    { namespace: XENC_NAMESPACE, localName: 'EncryptedKey', slot: 'encryptedKeys' },
    { namespace: XENC_NAMESPACE, localName: 'ReferenceList', slot: undefined },
  ];

/**
 * Takes a wsse:Security apart, in whatever order its children stand. What is not known there is refused, and so is a second
 * Signature or Timestamp. Throws WUS_SECURITY_HEADER, SIGNATURE_INVALID.
 */
export function readSecurityHeader(element: XmlElement): SecurityHeader {
  const found: Record<Slot, XmlElement[]> = {
    timestamp: [],
    signature: [],
    tokens: [],
    encryptedKeys: [],
    confirmations: [],
  };
  for (const child of onlyElements(element)) {
    const row = CHILDREN.find((one) => one.localName === child.localName && one.namespace === child.namespace);
    if (row === undefined) throw securityRefusal('WUS_SECURITY_HEADER', `unexpected ${child.localName}`);
    if (row.slot !== undefined) found[row.slot].push(child);
  }
  const { tokens, encryptedKeys, confirmations } = found;
  return {
    element,
    timestamp: only(found.timestamp),
    signature: only(found.signature),
    tokens,
    encryptedKeys,
    confirmations,
  };
}

function only([first, second]: readonly XmlElement[]): XmlElement | undefined {
  if (second !== undefined) throw securityRefusal('WUS_SECURITY_HEADER', `more than one ${second.localName}`);
  return first;
}
