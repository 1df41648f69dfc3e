import { attribute, type XmlElement } from '../../xml/tree.ts';
import { malformedAt } from '../refusal.ts';
import { allowAttributes, isDs, onlyElements, requireDs } from '../strict-elements.ts';
import { type ContentAlgorithm, contentAlgorithm } from './algorithms.ts';
import { type EncryptedKey, readEncryptedKey } from './encrypted-key.ts';
import { cipherValueOf, isXenc, methodOf, requireXenc } from './xenc-elements.ts';

/** An xenc:EncryptedData without its cipher text. */
export interface EncryptedData {
  readonly algorithm: ContentAlgorithm;
  readonly key: EncryptedKey;
  readonly mimeType: string | undefined;
}

/**
 * Takes an xenc:EncryptedData apart, whose CipherValue must have been emptied: the cipher text goes another way. Strict: the
 * schema's children in the schema's order, exactly one EncryptedKey, and nothing that would have to be fetched.
 * Throws SIGNATURE_INVALID, which the caller makes its own refusal of. @spec XML Encryption 1.1 §3.4
 */
export function readEncryptedData(el: XmlElement): EncryptedData {
  if (!isXenc(el, 'EncryptedData')) throw malformedAt(el, 'not EncryptedData');
  allowAttributes(el, 'Id', 'Type', 'MimeType');
  const [method, keyInfo, cipherData, surplus] = onlyElements(el);
  const algorithm = readContentMethod(requireXenc(el, method, 'EncryptionMethod'));
  const key = readKeyInfo(requireDs(el, keyInfo, 'KeyInfo'));
  const cipherValue = cipherValueOf(requireXenc(el, cipherData, 'CipherData'));
  if (cipherValue.children.length > 0) throw malformedAt(cipherValue, 'not base64');
  if (surplus !== undefined) throw malformedAt(el, `unexpected ${surplus.localName}`);
  return { algorithm, key, mimeType: attribute(el, '', 'MimeType') };
}

/** The algorithm that an EncryptionMethod of content names. Throws SIGNATURE_INVALID, as above. */
export function readContentMethod(el: XmlElement): ContentAlgorithm {
  const { uri, parameters } = methodOf(el);
  const algorithm = contentAlgorithm(uri);
  if (algorithm === undefined) throw malformedAt(el, `algorithm ${uri}`);
  if (parameters[0] !== undefined) throw malformedAt(el, `unexpected ${parameters[0].localName}`);
  return algorithm;
}

function readKeyInfo(el: XmlElement): EncryptedKey {
  allowAttributes(el, 'Id');
  const children = onlyElements(el).filter((child) => !isDs(child, 'KeyName'));
  const [key, surplus] = children;
  if (surplus !== undefined) throw malformedAt(el, `${children.length} ways to the key`);
  return readEncryptedKey(requireXenc(el, key, 'EncryptedKey'));
}
