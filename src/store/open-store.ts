import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';

interface StoreOptions {
  /** `sqlite:PATH` or `sqlite::memory:`. */
  readonly url: string;
  readonly clock?: Clock;
}

type Opener = (address: string, clock: Clock | undefined) => Promise<Store>;

const SCHEMES: ReadonlyMap<string, Opener> = new Map([['sqlite', openSqliteStore]]);

/** Opens the store that the URL names. Throws CONFIG_INVALID for a URL that names none, else what that store throws. */
export async function openStore({ url, clock }: StoreOptions): Promise<Store> {
  const colon = url.indexOf(':');
  const open = SCHEMES.get(url.slice(0, Math.max(0, colon)));
  const address = url.slice(colon + 1);
  if (open !== undefined && address !== '') return open(address, clock);
  const forms = [...SCHEMES.keys()].map((scheme) => `${scheme}:`).join(', ');
  throw new GatewayError('CONFIG_INVALID', {
    location: 'store.url',
    detail: `'${url}' names no store: the known forms start with ${forms} and a path`,
  });
}
