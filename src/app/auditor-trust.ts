import { GatewayError } from '../errors.ts';
import type { Auditing } from '../msh/evidence/check-revocation.ts';
import { readCertificates } from '../trust/certificate.ts';
import { createPastTrust } from '../trust/past-trust.ts';
import { readGiven } from './contracts.ts';

/** By the CAs that somebody names who checks evidence; undefined: none. Throws FILE_MISSING, OPTION_INVALID. */
export async function openAuditing(files: readonly string[] | undefined): Promise<Auditing> {
  const named = files && (await Promise.all(files.map(readAuthorities))).flat();
  return { named, open: createPastTrust };
}

async function readAuthorities(file: string): Promise<readonly Uint8Array[]> {
  const content = await readGiven(file);
  try {
    return readCertificates(content, file);
  } catch (cause) {
    throw new GatewayError('OPTION_INVALID', { location: '--trust', detail: `${file} holds no certificate`, cause });
  }
}
