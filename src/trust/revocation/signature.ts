import { constants, type KeyObject, verify } from 'node:crypto';
import { DerError, DerReader, oidOf, TAG } from './der.ts';
import { algorithmOf, type RevocationList } from './list.ts';

/** Hash by signature algorithm; SHA-2 only. */
const RSA: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
]);
const ECDSA: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
]);
const PSS = '1.2.840.113549.1.1.10';
const HASHES: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** Whether the list is signed with this key, by an algorithm of SHA-2. */
export function isSignedBy(list: RevocationList, key: KeyObject): boolean {
  try {
    const { oid, parameters } = algorithmOf(list);
    const isRsa = key.asymmetricKeyType === 'rsa';
    const plain = isRsa ? RSA.get(oid) : key.asymmetricKeyType === 'ec' ? ECDSA.get(oid) : undefined;
    if (plain !== undefined) return verify(plain, list.signed, key, list.signature);
    if (oid !== PSS || !(isRsa || key.asymmetricKeyType === 'rsa-pss')) return false;
    const { hash, saltLength } = readPss(parameters);
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return verify(hash, list.signed, { key, padding, saltLength }, list.signature);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** @spec RFC 4055 §3.1 */
function readPss(parameters: DerReader): { readonly hash: string; readonly saltLength: number } {
  const reader = parameters.within(TAG.sequence);
  const named = reader.maybe(0xa0);
  const hash = named && HASHES.get(oidOf(new DerReader(named.content).within(TAG.sequence).read(TAG.oid)));
  if (hash === undefined) throw new DerError('the hash is not SHA-2');
  reader.maybe(0xa1);
  const salt = reader.maybe(0xa2);
  const length = salt === undefined ? 20 : (new DerReader(salt.content).read(TAG.integer).content[0] ?? 0);
  return { hash, saltLength: length };
}
