import { readFile } from 'node:fs/promises';
import { GatewayError } from '../errors.ts';
import { certificatePem, readCertificates } from '../trust/certificate.ts';
import { readPkcs12 } from '../trust/pkcs12.ts';
import type { KeyFiles } from './config/config.ts';

/** A private key with its certificates as they go to TLS and to the signer. */
export interface LoadedKey {
  readonly location: string;
  /** PEM or what the file holds. */
  readonly key: Buffer | string;
  /** PEM, the own certificate first. */
  readonly certificate: Buffer | string;
  readonly passphrase: string | undefined;
}

/** Reads the files of one key. Throws CONFIG_INVALID that names the key of the configuration, never a secret. */
export async function loadKey(files: KeyFiles): Promise<LoadedKey> {
  const { location, source } = files;
  const passphrase = await passphraseOf(files);
  if ('key' in source) {
    const [key, certificate] = await Promise.all([
      readConfigured(source.key, `${location}.key`),
      readConfigured(source.certificate, `${location}.certificate`),
    ]);
    return { location, key, certificate, passphrase };
  }
  const place = `${location}.pkcs12`;
  const store = await readPkcs12(await readConfigured(source.pkcs12, place), passphrase ?? '', place);
  const key = store.key.export({ type: 'pkcs8', format: 'pem' });
  return {
    location,
    key,
    certificate: [store.certificate, ...store.chain].map(certificatePem).join(''),
    passphrase: undefined,
  };
}

/** The certificates of keys.trust or ebms.tls.clientCa, as PEM for TLS; every file is checked. */
export async function loadCertificates(files: readonly string[], location: string): Promise<readonly Buffer[]> {
  const contents = await Promise.all(files.map((file) => readConfigured(file, location)));
  return contents
    .flatMap((content) => readCertificates(content, location))
    .map((der) => Buffer.from(certificatePem(der)));
}

/** Throws CONFIG_INVALID when the file cannot be read. */
export async function readConfigured(file: string, location: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const detail = `${location}: ${file} cannot be read`;
    throw new GatewayError('CONFIG_INVALID', { location, detail, cause });
  }
}

async function passphraseOf({ passphrase, passphraseFile, location }: KeyFiles): Promise<string | undefined> {
  if (passphraseFile === undefined) return passphrase;
  const content = await readConfigured(passphraseFile, `${location}.passphraseFile`);
  return content.toString('utf8').split(/\r?\n/, 1)[0];
}
