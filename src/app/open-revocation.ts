import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { createListFetcher } from '../transport/list-fetcher.ts';
import { Revocation } from '../trust/revocation/revocation.ts';
import type { Config } from './config/config.ts';

export interface RevocationParts {
  /** keys.trust and ebms.tls.clientCa. */
  readonly authorities: readonly Uint8Array[];
  /** api.tls.clientCa. */
  readonly inside: readonly Uint8Array[];
  readonly clock: Clock;
  /** false: what is fetched is not written to `data`. */
  readonly keep: boolean;
  readonly failed: (source: string, error: unknown) => void;
}

/** The revocation lists as configured; undefined when they are off. @spec Digikoppeling PKI003, PKI004 */
export function openRevocation({ revocation, data }: Config, parts: RevocationParts): Revocation | undefined {
  const { mode, crls, download, hosts, maxSize } = revocation;
  if (mode === 'off') return undefined;
  const { keep, ...given } = parts;
  const fetched = { fetch: createListFetcher({ hosts }), folder: keep ? join(data, 'revocation') : undefined };
  return new Revocation({
    ...given,
    mode,
    files: crls,
    maxBytes: maxSize,
    download: download ? fetched : undefined,
    archive: keep ? join(data, 'revocation', 'kept') : undefined,
  });
}
