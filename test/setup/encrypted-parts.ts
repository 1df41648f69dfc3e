import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '../../src/errors.ts';
import type { KeyHolder } from '../../src/ports/trust.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { type KeyTransport, rsaOaep } from '../../src/xmlsec/encryption/algorithms.ts';
import type { AllowedLegacy, OpenedPart } from '../../src/xmlsec/encryption/opened-part.ts';
import { PartOpener } from '../../src/xmlsec/encryption/part-opener.ts';
import { sealStream } from '../../src/xmlsec/encryption/seal-stream.ts';
import { type SealedPart, sealPart } from '../../src/xmlsec/encryption/sealed-part.ts';
import { partyA, partyB, type TestParty } from './test-keys.ts';

export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
export const AES256_GCM = `${XENC11}aes256-gcm`;
export const AES128_GCM = `${XENC11}aes128-gcm`;
export const AES256_CBC = `${XENC}aes256-cbc`;
export const RSA_1_5 = `${XENC}rsa-1_5`;
export const MGF1P = `${XENC}rsa-oaep-mgf1p`;
export const OAEP = `${XENC11}rsa-oaep`;

export const NO_LEGACY: AllowedLegacy = { cbc: false, rsa15: false };
export const ALL_LEGACY: AllowedLegacy = { cbc: true, rsa15: true };

export const bothParties: KeyHolder = decrypterOf(partyA, partyB);

export function decrypterOf(...parties: readonly TestParty[]): KeyHolder {
  return createDecrypter(parties.map(({ key, certificate }) => ({ key, certificate })));
}

export interface SealOptions {
  readonly algorithm?: string;
  readonly keyTransport?: KeyTransport;
  readonly to?: TestParty;
  readonly contentType?: string;
}

export function seal({ algorithm, keyTransport, to, contentType }: SealOptions = {}): SealedPart {
  return sealPart(
    { contentId: 'invoice-1@party-b.test', contentType: contentType ?? 'application/pdf' },
    {
      algorithm: algorithm ?? AES256_GCM,
      keyTransport: keyTransport ?? rsaOaep(),
      certificate: (to ?? partyA).certificate,
    },
  );
}

/** The EncryptedData that a sealed part becomes; `pieces` says where the plain octets are cut. */
export function writeSealed(sealed: SealedPart, plain: Uint8Array, pieces: readonly number[] = []): Promise<Buffer> {
  const stream = sealStream(sealed);
  for (const piece of cut(plain, pieces)) stream.write(piece);
  stream.end();
  return buffer(stream);
}

export interface OpenOptions {
  readonly decrypter?: KeyHolder;
  readonly allow?: AllowedLegacy;
  /** Lengths of the first pieces. */
  readonly pieces?: readonly number[];
  /** Gets what was sunk, even where the part is refused afterwards. */
  readonly sunk?: Buffer[];
}

export interface Opened extends OpenedPart {
  readonly plain: Buffer;
}

export async function open(document: Uint8Array, options: OpenOptions = {}): Promise<Opened> {
  const plain = options.sunk ?? [];
  const opener = new PartOpener({
    decrypter: options.decrypter ?? bothParties,
    allow: options.allow ?? NO_LEGACY,
    sink(octets) {
      plain.push(octets);
      return undefined;
    },
  });
  for (const piece of cut(document, options.pieces ?? [])) await opener.write(piece);
  const part = await opener.finish();
  return { ...part, plain: Buffer.concat(plain) };
}

/** What the refusal of a document shows; 'opened' when there is none. */
export async function refusalOf(document: Uint8Array, options: OpenOptions = {}): Promise<string> {
  try {
    await open(document, options);
    return 'opened';
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return JSON.stringify({ code: error.code, title: error.row.title, location: error.location ?? null });
  }
}

/** The one refusal there is: code, title and no location, whatever was wrong. */
export const REFUSED = JSON.stringify({
  code: 'DECRYPTION_FAILED',
  title: 'The message failed a security check.',
  location: null,
});

/** An EncryptedData put together by hand, to be what `sealPart` never writes. */
export interface Handmade {
  readonly algorithm?: string;
  /** Of the content; the wrapped key is this one unless `wrapped` says otherwise. */
  readonly key?: Buffer;
  /** iv, cipher text and tag. */
  readonly cipherText?: Buffer;
  readonly wrapped?: Buffer;
  /** Content of the key's EncryptionMethod, and its Algorithm. */
  readonly keyMethod?: string;
  readonly transport?: string;
  /** ds:KeyInfo of the EncryptedKey. */
  readonly recipient?: string;
}

export const PLAIN: Buffer = Buffer.from('<factuur>12 euro</factuur>'.repeat(4));
export const KEY: Buffer = randomBytes(32);

export function handmade(parts: Handmade = {}): Buffer {
  const transport = parts.transport ?? OAEP;
  const key = parts.key ?? KEY;
  const algorithm = parts.algorithm ?? AES256_GCM;
  return encryptedData({
    algorithm,
    encryptedKey: encryptedKey({ ...parts, transport, wrapped: parts.wrapped ?? wrapBy(transport, key) }),
    cipherText: (parts.cipherText ?? encrypt(algorithm, key)).toString('base64'),
  });
}

export function encryptedKey({ transport, keyMethod, recipient, wrapped }: Handmade): string {
  return (
    `<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${transport ?? OAEP}">${keyMethod ?? ''}</xenc:EncryptionMethod>` +
    `${recipient ?? ''}<xenc:CipherData><xenc:CipherValue>${wrapped?.toString('base64') ?? ''}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
  );
}

export interface DocumentParts {
  readonly algorithm: string;
  readonly encryptedKey: string;
  readonly cipherText: string;
}

export function encryptedData({ algorithm, encryptedKey: key, cipherText }: DocumentParts): Buffer {
  return Buffer.from(
    `<xenc:EncryptedData xmlns:xenc="${XENC}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" MimeType="text/xml">` +
      `<xenc:EncryptionMethod Algorithm="${algorithm}"/><ds:KeyInfo>${key}</ds:KeyInfo>` +
      `<xenc:CipherData><xenc:CipherValue>${cipherText}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`,
  );
}

/** For party A, by the library and not by our code. With no children the digest of both OAEP methods is SHA-1. */
export function wrapBy(transport: string, key: Uint8Array, digest = 'sha1'): Buffer {
  const publicKey = createPublicKey(partyA.key);
  if (transport === RSA_1_5) return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digest }, key);
}

/** iv, cipher text and tag, by the library. */
export function encrypt(algorithm: string, key: Uint8Array, plain: Uint8Array = PLAIN): Buffer {
  const bits = key.length * 8;
  if (algorithm.endsWith('-cbc')) {
    const iv = randomBytes(16);
    const cipher = createCipheriv(`aes-${bits}-cbc`, key, iv);
    return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
  }
  const iv = randomBytes(12);
  const cipher = createCipheriv(bits === 128 ? 'aes-128-gcm' : bits === 192 ? 'aes-192-gcm' : 'aes-256-gcm', key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function cut(octets: Uint8Array, pieces: readonly number[]): readonly Uint8Array[] {
  const cuts: Uint8Array[] = [];
  let at = 0;
  for (const piece of pieces) {
    cuts.push(octets.subarray(at, at + piece));
    at += piece;
  }
  cuts.push(octets.subarray(at));
  return cuts;
}
