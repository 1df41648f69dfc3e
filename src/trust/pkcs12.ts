import type { KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import type * as pkijs from 'pkijs';
import type { AuthenticatedSafe, ContentInfo, SafeBag } from 'pkijs';
import { GatewayError } from '../errors.ts';
import { openPrivateKey } from './key-ring.ts';

export interface Pkcs12Content {
  readonly key: KeyObject;
  /** DER of the certificate that belongs to the key. */
  readonly certificate: Uint8Array;
  /** DER of the other certificates in the store. */
  readonly chain: readonly Uint8Array[];
}

type Pki = typeof pkijs;

const BAG = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
} as const;

/**
 * Opens a PKCS#12 store with one private key. Stores whose certificates are encrypted with RC2 or 3DES, as old tools
 * write them, cannot be read: the error says how to convert. Throws CONFIG_INVALID that names `location`.
 */
export async function readPkcs12(bytes: Uint8Array, passphrase: string, location: string): Promise<Pkcs12Content> {
  const pki = await import('pkijs');
  const bags = await openSafes(pki, { bytes, passphrase, location });
  const keys = bags.filter(({ bagId }) => bagId === BAG.key || bagId === BAG.shroudedKey);
  const [bag] = keys;
  if (bag === undefined || keys.length > 1)
    throw invalid(location, `the store holds ${keys.length} private keys, not one`);
  const der = new Uint8Array(bag.bagValue.toSchema().toBER());
  const key = openPrivateKey(der, bag.bagId === BAG.shroudedKey ? passphrase : undefined, location);
  const certificates = bags.filter(({ bagId }) => bagId === BAG.certificate).map((one) => certificateOf(one, location));
  const own = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (own === undefined) throw invalid(location, 'the store holds no certificate of its private key');
  return { key, certificate: own.raw, chain: certificates.filter((one) => one !== own).map((one) => one.raw) };
}

/** What the library leaves untyped. */
interface ParsedSafe {
  readonly safeContents: readonly { readonly value: { readonly safeBags: readonly SafeBag[] } }[];
}

interface Source {
  readonly bytes: Uint8Array;
  readonly passphrase: string;
  readonly location: string;
}

async function openSafes(pki: Pki, source: Source): Promise<readonly SafeBag[]> {
  const password = new TextEncoder().encode(source.passphrase).buffer;
  let safe: AuthenticatedSafe | undefined;
  try {
    const pfx = pki.PFX.fromBER(source.bytes);
    await pfx.parseInternalValues({ password, checkIntegrity: true });
    safe = pfx.parsedValue?.authenticatedSafe;
  } catch (cause) {
    throw invalid(source.location, 'the PKCS#12 store cannot be opened; is the passphrase right?', cause);
  }
  const contents = safe?.safeContents ?? [];
  return (await Promise.all(contents.map((content) => openSafe(pki, content, { ...source, password })))).flat();
}

async function openSafe(
  pki: Pki,
  content: ContentInfo,
  source: Source & { readonly password: ArrayBuffer },
): Promise<readonly SafeBag[]> {
  const single = new pki.AuthenticatedSafe({ safeContents: [content] });
  try {
    await single.parseInternalValues({ safeContents: [{ password: source.password }] });
  } catch (cause) {
    const convert = 'openssl pkcs12 -legacy -in OLD -nodes -out ALL.pem; openssl pkcs12 -export -in ALL.pem -out NEW';
    throw invalid(source.location, `the store is encrypted with an old algorithm; convert it: ${convert}`, cause);
  }
  const parsed: ParsedSafe = single.parsedValue;
  return parsed.safeContents.flatMap(({ value }) => value.safeBags);
}

function certificateOf(bag: SafeBag, location: string): X509Certificate {
  const certValue = 'certValue' in bag.bagValue ? bag.bagValue.certValue : undefined;
  if (certValue === undefined || !('getValue' in certValue))
    throw invalid(location, 'the store holds a certificate of an unknown kind');
  return new X509Certificate(new Uint8Array(certValue.getValue()));
}

function invalid(location: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', { location, detail: `${location}: ${reason}`, cause });
}
