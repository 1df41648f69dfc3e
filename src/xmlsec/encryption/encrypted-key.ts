import { constants, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import type { XmlElement } from '../../xml/tree.ts';
import { tag } from '../../xml/writer.ts';
import { digestAlgorithm, DS_NAMESPACE } from '../algorithms.ts';
import { malformedAt } from '../refusal.ts';
import { algorithmOnly, allowAttributes, isDs, onlyElements } from '../strict-elements.ts';
import {
  digestUri,
  hasFixedMgf,
  isOaep,
  type KeyTransport,
  mgfHash,
  mgfUri,
  RSA_1_5,
  XENC11_NAMESPACE,
} from './algorithms.ts';
import type { KeyWrapping } from './key-holder.ts';
import { blockSize, encodeOaep } from './oaep.ts';
import { readRecipient, type Recipient } from './recipient.ts';
import { cipherOctets, isXenc, methodOf, requireXenc } from './xenc-elements.ts';

/** A key wrapped for one recipient, as it was read; nothing in it has been opened. */
export interface EncryptedKey {
  /** URI of the EncryptionMethod. */
  readonly algorithm: string;
  readonly wrapping: KeyWrapping;
  readonly recipient: Recipient;
  readonly wrapped: Buffer;
}

export interface KeyRecipient {
  readonly key: KeyObject;
  /** ds:KeyInfo that names the holder of the key, as `writeRecipient` makes it. */
  readonly keyInfo: string;
  readonly transport: KeyTransport;
}

export interface KeyMarkup {
  readonly attributes?: Readonly<Record<string, string>>;
  /** Markup behind the cipher text. */
  readonly after?: string;
}

/** Markup of an xenc:EncryptedKey that wraps `key` for one recipient. Wants xenc and ds declared. @spec XML Encryption 1.1 §3.5.1 */
export function writeEncryptedKey(
  key: Uint8Array,
  { key: publicKey, keyInfo, transport }: KeyRecipient,
  { attributes = {}, after = '' }: KeyMarkup = {},
): string {
  const { uri, digest, mgf } = transport;
  const mgfTag = () => tag('xenc11:MGF', { 'xmlns:xenc11': XENC11_NAMESPACE, Algorithm: mgfUri(mgf) });
  const method = tag(
    'xenc:EncryptionMethod',
    { Algorithm: uri },
    tag('ds:DigestMethod', { Algorithm: digestUri(digest) }),
    hasFixedMgf(uri) ? '' : mgfTag(),
  );
  const wrapped = wrap(key, publicKey, transport).toString('base64');
  return tag(
    'xenc:EncryptedKey',
    attributes,
    method,
    keyInfo,
    tag('xenc:CipherData', {}, tag('xenc:CipherValue', {}, wrapped)),
    after,
  );
}

function wrap(key: Uint8Array, publicKey: KeyObject, { digest, mgf }: KeyTransport): Buffer {
  const seed = randomBytes(digestAlgorithm(digestUri(digest))?.length ?? 0);
  const block = encodeOaep(key, { size: blockSize(publicKey), seed }, { digest, mgf });
  return publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block);
}

/** Those children may follow; what they say is for others. */
const PASSED_OVER: readonly string[] = ['ReferenceList', 'CarriedKeyName'];

/** An EncryptedKey taken apart, whose recipient and cipher text the caller reads. */
export interface EncryptedKeyParts extends Pick<EncryptedKey, 'algorithm' | 'wrapping'> {
  readonly keyInfo: XmlElement | undefined;
  readonly cipherData: XmlElement;
}

/** An xenc:EncryptedKey with all in it. KeyInfo is read for the recipient's name only. Throws as `readEncryptedKeyParts`. */
export function readEncryptedKey(el: XmlElement): EncryptedKey {
  const { algorithm, wrapping, keyInfo, cipherData } = readEncryptedKeyParts(el);
  return { algorithm, wrapping, recipient: readRecipient(keyInfo), wrapped: cipherOctets(cipherData) };
}

/**
 * Takes an xenc:EncryptedKey apart: the schema's children in the schema's order.
 * Throws SIGNATURE_INVALID, which the caller makes its own refusal of. @spec XML Encryption 1.1 §3.5.1
 */
export function readEncryptedKeyParts(el: XmlElement): EncryptedKeyParts {
  allowAttributes(el, 'Id', 'Type', 'MimeType', 'Recipient');
  const [first, second, ...others] = onlyElements(el);
  const method = requireXenc(el, first, 'EncryptionMethod');
  const keyInfo = second !== undefined && isDs(second, 'KeyInfo') ? second : undefined;
  const rest = keyInfo === undefined && second !== undefined ? [second, ...others] : others;
  const cipherData = requireXenc(el, rest[0], 'CipherData');
  for (const child of rest.slice(1)) {
    if (!PASSED_OVER.some((name) => isXenc(child, name))) throw malformedAt(el, `unexpected ${child.localName}`);
  }
  return { ...readMethod(method), keyInfo, cipherData };
}

function readMethod(el: XmlElement): Pick<EncryptedKey, 'algorithm' | 'wrapping'> {
  const { uri, parameters } = methodOf(el);
  if (isOaep(uri)) return { algorithm: uri, wrapping: readOaep(uri, el, parameters) };
  if (uri !== RSA_1_5) throw malformedAt(el, `key transport ${uri}`);
  if (parameters[0] !== undefined) throw malformedAt(el, `unexpected ${parameters[0].localName}`);
  return { algorithm: uri, wrapping: { kind: 'pkcs1' } };
}

/** Digest and mask are SHA-1 where they go without saying. OAEPparams, a label that nobody uses, is refused with all unknown children. */
function readOaep(uri: string, method: XmlElement, parameters: readonly XmlElement[]): KeyWrapping {
  let digest: string | undefined;
  let mgf: string | undefined;
  for (const el of parameters) {
    const algorithm = algorithmOnly(el);
    if (digest === undefined && el.namespace === DS_NAMESPACE && el.localName === 'DigestMethod') {
      digest = digestAlgorithm(algorithm)?.hash;
      if (digest === undefined) throw malformedAt(method, `digest ${algorithm}`);
    } else if (mgf === undefined && isMgf(el)) {
      mgf = mgfHash(algorithm);
      // The Java library says the mask of rsa-oaep-mgf1p too, which is SHA-1 by its name.
      if (mgf === undefined || (hasFixedMgf(uri) && mgf !== 'sha1'))
        throw malformedAt(method, `mask generation ${algorithm}`);
    } else throw malformedAt(method, `unexpected ${el.localName}`);
  }
  return { kind: 'oaep', digest: digest ?? 'sha1', mgf: mgf ?? 'sha1' };
}

function isMgf(el: XmlElement): boolean {
  return el.namespace === XENC11_NAMESPACE && el.localName === 'MGF';
}
