import { GatewayError } from '../errors.ts';
import type { Auditing } from '../msh/evidence/check-revocation.ts';
import { readCertificates } from '../trust/certificate.ts';
import { createPastTrust } from '../trust/past-trust.ts';
import type { KeptList } from '../ports/trust.ts';
import { readLists } from '../trust/revocation/list.ts';
import { readGiven } from './contracts.ts';

export interface AuditorFiles {
  /** CAs; undefined: nobody names any. */
  readonly trust: readonly string[] | undefined;
  readonly crl: readonly string[] | undefined;
}

/** By the CAs and lists that somebody names who checks evidence. Throws FILE_MISSING, OPTION_INVALID. */
export async function openAuditing({ trust, crl = [] }: AuditorFiles): Promise<Auditing> {
  const named = trust && (await Promise.all(trust.map(readAuthorities))).flat();
  const lists = (await Promise.all(crl.map(readRevocationLists))).flat();
  return { named, lists, open: createPastTrust };
}

async function readRevocationLists(file: string): Promise<readonly KeptList[]> {
  const content = await readGiven(file);
  try {
    return readLists(content).map(({ octets }) => ({ name: file, octets }));
  } catch (cause) {
    throw new GatewayError('OPTION_INVALID', { location: '--crl', detail: `${file} is no revocation list`, cause });
  }
}

async function readAuthorities(file: string): Promise<readonly Uint8Array[]> {
  const content = await readGiven(file);
  try {
    return readCertificates(content, file);
  } catch (cause) {
    throw new GatewayError('OPTION_INVALID', { location: '--trust', detail: `${file} holds no certificate`, cause });
  }
}
