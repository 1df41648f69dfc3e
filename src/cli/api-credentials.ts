import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { GatewayError } from '../index.ts';
import type { ApiOptions } from './commands/options.ts';

/** By what the API knows who calls, and is known itself. */
export interface ApiCredentials {
  readonly key?: string | undefined;
  readonly tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
}

/** From files and the environment; `authorities` are files of CAs too. Throws FILE_MISSING, OPTION_INVALID. */
export async function readCredentials(
  { apiKey, apiCa, apiCert, apiCertKey }: ApiOptions,
  authorities: readonly string[],
): Promise<ApiCredentials> {
  if ((apiCert === undefined) !== (apiCertKey === undefined)) {
    const detail = '--api-cert and --api-cert-key go together';
    throw new GatewayError('OPTION_INVALID', { location: '--api-cert', detail });
  }
  const named = apiCa === undefined ? authorities : [...authorities, apiCa];
  const [key, ca, cert, certKey] = await Promise.all([
    apiKey === undefined ? process.env['POSTILJON_API_KEY'] : firstLine(apiKey),
    Promise.all(named.map(read)),
    apiCert === undefined ? undefined : read(apiCert),
    apiCertKey === undefined ? undefined : read(apiCertKey),
  ]);
  return { key: key === '' ? undefined : key, tls: await tlsOptions(ca, cert, certKey) };
}

/** CAs that are named come beside those that Node believes. */
async function tlsOptions(
  ca: readonly string[],
  cert: string | undefined,
  key: string | undefined,
): Promise<NonNullable<ApiCredentials['tls']>> {
  const own = cert === undefined || key === undefined ? {} : { cert, key };
  if (ca.length === 0) return own;
  const { rootCertificates } = await import('node:tls');
  return { ca: [...rootCertificates, ...ca], ...own };
}

async function firstLine(file: string): Promise<string> {
  const [line = ''] = (await read(file)).split(/\r?\n/);
  const key = line.trim();
  if (/^[!-~]+$/.test(key)) return key;
  throw new GatewayError('OPTION_INVALID', { location: '--api-key', detail: `the first line of ${file} is no key` });
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new GatewayError('FILE_MISSING', { location: file, detail: `${file} is no file that can be read`, cause });
  });
}
