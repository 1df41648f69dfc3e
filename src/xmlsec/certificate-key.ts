import { hash, type KeyObject, X509Certificate } from 'node:crypto';
import { refusal } from './refusal.ts';

/** Parsing a certificate costs more than verifying with its key; a gateway has some hundreds of partners. */
const KEPT = 1024;
const MINIMUM_BITS = 2048;

const keys = new Map<string, KeyObject>();
/** Contracts hand out the same object for a certificate each time. */
const digests = new WeakMap<Uint8Array, string>();

/** The RSA key of a certificate (DER), kept by its SHA-256. Throws SIGNATURE_ALGORITHM, SIGNATURE_INVALID. */
export function certificateKey(certificate: Uint8Array): KeyObject {
  const digest = digestOf(certificate);
  const known = keys.get(digest);
  if (known !== undefined) return known;
  const key = readKey(certificate);
  const oldest = keys.size >= KEPT ? keys.keys().next().value : undefined;
  if (oldest !== undefined) keys.delete(oldest);
  keys.set(digest, key);
  return key;
}

function digestOf(certificate: Uint8Array): string {
  const known = digests.get(certificate);
  if (known !== undefined) return known;
  const digest = hash('sha256', certificate, 'base64');
  digests.set(certificate, digest);
  return digest;
}

function readKey(certificate: Uint8Array): KeyObject {
  const key = publicKeyOf(certificate);
  if (key.asymmetricKeyType !== 'rsa') throw refusal('SIGNATURE_ALGORITHM', `a key of type ${key.asymmetricKeyType}`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MINIMUM_BITS) throw refusal('SIGNATURE_ALGORITHM', `an RSA key of ${bits} bits`);
  return key;
}

function publicKeyOf(certificate: Uint8Array): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    throw refusal('SIGNATURE_INVALID', 'the certificate cannot be read');
  }
}
