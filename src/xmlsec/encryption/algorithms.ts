import type { CipherGCMTypes } from 'node:crypto';
import { digestAlgorithm } from '../algorithms.ts';

export const XENC_NAMESPACE = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11_NAMESPACE = 'http://www.w3.org/2009/xmlenc11#';

/** How content is encrypted. What is not a row here does not exist. */
export type ContentAlgorithm = GcmAlgorithm | CbcAlgorithm;

export interface GcmAlgorithm extends BlockCipher {
  readonly mode: 'gcm';
  readonly cipher: CipherGCMTypes;
}

/** Legacy: for reading only, and only from a partner for whom it was allowed by name. */
export interface CbcAlgorithm extends BlockCipher {
  readonly mode: 'cbc';
  readonly cipher: string;
}

interface BlockCipher {
  readonly uri: string;
  /** Octets of the key. */
  readonly keyLength: number;
  /** Octets before the cipher text. */
  readonly ivLength: number;
}

/** @spec Digikoppeling ENC003, XML Encryption 1.1 §5.2 */
const CONTENT: readonly ContentAlgorithm[] = [
  gcm('aes-128-gcm', 16),
  gcm('aes-192-gcm', 24),
  gcm('aes-256-gcm', 32),
  cbc('aes-128-cbc', 16),
  cbc('aes-192-cbc', 24),
  cbc('aes-256-cbc', 32),
];

function gcm(cipher: CipherGCMTypes, keyLength: number): GcmAlgorithm {
  return { uri: `${XENC11_NAMESPACE}aes${keyLength * 8}-gcm`, cipher, mode: 'gcm', keyLength, ivLength: 12 };
}

function cbc(cipher: string, keyLength: number): CbcAlgorithm {
  return { uri: `${XENC_NAMESPACE}aes${keyLength * 8}-cbc`, cipher, mode: 'cbc', keyLength, ivLength: 16 };
}

/** How the key is wrapped for its recipient; hashes are named as in node:crypto. */
export interface KeyTransport {
  readonly uri: string;
  readonly digest: string;
  /** Hash of the mask generation function. */
  readonly mgf: string;
}

export const RSA_1_5 = `${XENC_NAMESPACE}rsa-1_5`;
const MGF1P = `${XENC_NAMESPACE}rsa-oaep-mgf1p`;

/** RSA-OAEP as the first edition has it; with SHA-1 for the digest what every implementation reads. @spec XML Encryption 1.1 §5.5.2 */
export function rsaOaepMgf1p(digest = 'sha1'): KeyTransport {
  return { uri: MGF1P, digest, mgf: 'sha1' };
}

/** RSA-OAEP as edition 1.1 has it. @spec XML Encryption 1.1 §5.5.2 */
export function rsaOaep(digest = 'sha256', mgf = digest): KeyTransport {
  return { uri: `${XENC11_NAMESPACE}rsa-oaep`, digest, mgf };
}

/** Whether the mask generation function goes without saying. */
export function hasFixedMgf(uri: string): boolean {
  return uri === MGF1P;
}

export function isOaep(uri: string): boolean {
  return uri === MGF1P || uri === `${XENC11_NAMESPACE}rsa-oaep`;
}

const content = new Map(CONTENT.map((row) => [row.uri, row]));

export function contentAlgorithm(uri: string): ContentAlgorithm | undefined {
  return content.get(uri);
}

/** URIs that `sealPart` takes, the strongest first. @spec Digikoppeling ENC003 */
export const SEALING_ALGORITHMS: readonly string[] = ['aes256-gcm', 'aes128-gcm'].map((id) => XENC11_NAMESPACE + id);

const MGF = `${XENC11_NAMESPACE}mgf1`;

export function mgfUri(hash: string): string {
  return MGF + hash;
}

/** Hash of a mask generation function; undefined when it is not known. */
export function mgfHash(uri: string): string | undefined {
  const hash = uri.slice(MGF.length);
  return uri.startsWith(MGF) && HASHES.has(hash) ? hash : undefined;
}

const DIGEST_URIS: readonly string[] = [
  'http://www.w3.org/2000/09/xmldsig#sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512',
];
const HASHES = new Map(DIGEST_URIS.map((uri) => [digestAlgorithm(uri)?.hash ?? '', uri]));

/** URI of a digest by its name in node:crypto. */
export function digestUri(hash: string): string {
  const uri = HASHES.get(hash);
  if (uri === undefined) throw new Error(`no digest for RSA-OAEP: ${hash}`);
  return uri;
}
