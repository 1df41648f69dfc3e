import type { SoapEnvelope } from '../../../soap/envelope.ts';
import {
  attribute,
  childElements,
  elementsWhere,
  findChild,
  findChildren,
  type XmlElement,
} from '../../../xml/tree.ts';
import { XENC_NAMESPACE } from '../../../xmlsec/encryption/algorithms.ts';
import { decryptionFailed } from '../../../xmlsec/encryption/refusal.ts';
import { isXenc } from '../../../xmlsec/encryption/xenc-elements.ts';
import { isDs, onlyElements, requireDs } from '../../../xmlsec/strict-elements.ts';
import { WSSE_NAMESPACE } from '../../namespaces.ts';
import { findSecurity } from '../security-header.ts';

export interface SealedBody {
  /** The one child of the Body. */
  readonly data: XmlElement;
  readonly key: XmlElement;
  readonly security: XmlElement;
}

const CONTENT = `${XENC_NAMESPACE}Content`;

/**
 * The encrypted content of the Body and the key to it; undefined when nothing in the message is encrypted. Throws
 * DECRYPTION_FAILED when anything else is (headers stay readable), when the Body holds something beside, or when it is not
 * exactly one key for exactly this content. @spec Digikoppeling WB005, WS-Security 1.1 §9
 */
export function locateEncryption(soap: SoapEnvelope): SealedBody | undefined {
  const { envelope, body } = soap;
  const sealed = elementsWhere(envelope, isSealed);
  if (sealed.size === 0) return undefined;
  const [data, surplus] = childElements(body);
  if (!isXenc(data, 'EncryptedData') || surplus !== undefined)
    throw decryptionFailed('the Body is not what is encrypted');
  if (attribute(data, '', 'Type') !== CONTENT) throw decryptionFailed('the Type of the EncryptedData is not Content');
  // Two are expected; a hundred would cost a hundred private key operations.
  const [key, more] = [...sealed].filter((el) => el !== data);
  if (key === undefined || more !== undefined) throw decryptionFailed(`${sealed.size} encrypted elements`);
  const security = findSecurity(soap);
  if (security === undefined || !isXenc(key, 'EncryptedKey')) throw decryptionFailed('no EncryptedKey');
  requireKeyOf(data, key, security);
  return { data, key, security };
}

function isSealed({ namespace, localName }: XmlElement): boolean {
  return namespace === XENC_NAMESPACE && (localName === 'EncryptedData' || localName === 'EncryptedKey');
}

/** The key lies in the Security header and the content refers to it, or in the content's own KeyInfo. */
function requireKeyOf(data: XmlElement, key: XmlElement, security: XmlElement): void {
  const keyInfo = onlyElements(data).find((child) => isDs(child, 'KeyInfo'));
  if (key.parent === security) {
    requireListed(data, key);
    // WSS4J names the key here too; others leave that to the ReferenceList.
    if (keyInfo !== undefined) requireReference(keyInfo, key);
  } else if (keyInfo === undefined || key.parent !== requireDs(data, keyInfo, 'KeyInfo')) {
    throw decryptionFailed('the EncryptedKey is not in its place');
  }
}

function requireListed(data: XmlElement, key: XmlElement): void {
  const list = findChild(key, XENC_NAMESPACE, 'ReferenceList');
  const [reference, surplus] = list === undefined ? [] : findChildren(list, XENC_NAMESPACE, 'DataReference');
  if (list === undefined) return;
  const id = attribute(data, '', 'Id');
  if (
    surplus !== undefined ||
    id === undefined ||
    reference === undefined ||
    attribute(reference, '', 'URI') !== `#${id}`
  ) {
    throw decryptionFailed('the ReferenceList names something else than the Body');
  }
}

function requireReference(keyInfo: XmlElement, key: XmlElement): void {
  const reference = findChild(keyInfo, WSSE_NAMESPACE, 'SecurityTokenReference');
  const direct = reference && findChild(reference, WSSE_NAMESPACE, 'Reference');
  const id = attribute(key, '', 'Id');
  if (direct === undefined || id === undefined || attribute(direct, '', 'URI') !== `#${id}`) {
    throw decryptionFailed('the KeyInfo of the content does not name the EncryptedKey');
  }
}
