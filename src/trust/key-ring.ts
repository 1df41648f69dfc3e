import { createPrivateKey, KeyObject } from 'node:crypto';
import { openCertificate } from '../cpa/certificate.ts';
import { GatewayError } from '../errors.ts';
import type { Signer } from '../ports/trust.ts';
import { readCertificates } from './certificate.ts';
import { SigningQueue } from './signing-queue.ts';

/** A private key with its certificate, from PEM files, DER files or a PKCS#12 store. */
export interface SigningKey {
  /** PEM (the first of a bundle counts) or DER. */
  readonly certificate: Uint8Array | string;
  /** PEM or PKCS#8 DER, encrypted or not, or a key that was opened before. */
  readonly key: Uint8Array | string | KeyObject;
  readonly passphrase?: string;
  /** The configuration key that errors name; that of its role when absent. */
  readonly location?: string;
}

const DIGESTS: ReadonlySet<string> = new Set(['sha1', 'sha256', 'sha384', 'sha512']);

/**
 * Holds the private keys that sign messages; one per certificate. The work is done off the main thread.
 * Throws CONFIG_INVALID when a key cannot be opened, is no RSA key, or does not belong to its certificate.
 */
export function createSigner(keys: readonly SigningKey[]): Signer {
  const entries = keys.map((key) => openEntry(key, 'keys.sign'));
  const ring = new Map(entries.map(({ certificate }, index) => [certificateName(certificate), index]));
  const queue = new SigningQueue(entries.map(({ key }) => key));
  return {
    has: (certificate) => ring.has(certificateName(certificate)),
    async sign(certificate, digest, data) {
      const key = ring.get(certificateName(certificate));
      if (key === undefined) throw new GatewayError('SIGNING_KEY_MISSING');
      if (!DIGESTS.has(digest)) throw new Error(`no digest for signatures: ${digest}`);
      return queue.sign(key, digest, data);
    },
  };
}

/** Opens a private key. Throws CONFIG_INVALID that names `location`, never the key or its passphrase. */
export function openPrivateKey(key: Uint8Array | string, passphrase: string | undefined, location: string): KeyObject {
  const text = typeof key === 'string' ? key : Buffer.from(key).toString('latin1');
  const secret = passphrase === undefined ? {} : { passphrase };
  try {
    if (text.includes('-----BEGIN ')) return createPrivateKey({ key: text, format: 'pem', ...secret });
    return createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8', ...secret });
  } catch {
    const hint = passphrase === undefined ? 'is it encrypted? then give its passphrase' : 'is the passphrase right?';
    throw new GatewayError('CONFIG_INVALID', {
      location,
      detail: `${location}: the private key cannot be opened; ${hint}`,
    });
  }
}

export interface OpenKey {
  /** DER */
  readonly certificate: Uint8Array;
  readonly key: KeyObject;
}

/** Opens a key and its certificate. Throws CONFIG_INVALID that names the entry's location, or that of its role. */
export function openEntry(entry: SigningKey, role: string): OpenKey {
  const location = entry.location ?? role;
  const [der] = readCertificates(entry.certificate, `${location}.certificate`);
  const certificate = der === undefined ? undefined : openCertificate(der);
  if (certificate === undefined) throw new Error('readCertificates gives one readable certificate at least');
  const key =
    entry.key instanceof KeyObject ? entry.key : openPrivateKey(entry.key, entry.passphrase, `${location}.key`);
  if (!certificate.checkPrivateKey(key)) throw invalid(location, 'the key does not belong to the certificate');
  if (key.asymmetricKeyType !== 'rsa') throw invalid(location, `the key is no RSA key, which ${role} needs`);
  return { certificate: certificate.raw, key };
}

/** Contracts hand out the same object for a certificate each time. */
const names = new WeakMap<Uint8Array, string>();

/** What a certificate is known by in a ring of keys. */
export function certificateName(certificate: Uint8Array): string {
  const known = names.get(certificate);
  if (known !== undefined) return known;
  const name = Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength).toString('base64');
  names.set(certificate, name);
  return name;
}

function invalid(location: string, reason: string): GatewayError {
  return new GatewayError('CONFIG_INVALID', { location, detail: `${location}: ${reason}` });
}
