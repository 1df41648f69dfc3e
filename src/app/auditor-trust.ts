import { GatewayError } from '../errors.ts';
import type { Trust } from '../ports/trust.ts';
import { readCertificates } from '../trust/certificate.ts';
import { createTrust } from '../trust/trust-store.ts';
import { readGiven } from './contracts.ts';

/** The CAs that somebody names who checks evidence. Throws FILE_MISSING, OPTION_INVALID. */
export async function openAuditorTrust(files: readonly string[]): Promise<Pick<Trust, 'check'>> {
  const roots = await Promise.all(files.map(readAuthorities));
  return createTrust({ roots: roots.flat() });
}

async function readAuthorities(file: string): Promise<readonly Uint8Array[]> {
  const content = await readGiven(file);
  try {
    return readCertificates(content, file);
  } catch (cause) {
    throw new GatewayError('OPTION_INVALID', { location: '--trust', detail: `${file} holds no certificate`, cause });
  }
}
