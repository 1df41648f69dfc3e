import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import { openSqliteReader, openSqliteStore } from './sqlite/sqlite-store.ts';
import type { StoreReader } from './sqlite/sqlite-store.ts';

interface StoreOptions {
  /** `sqlite:PATH` or `sqlite::memory:`. */
  readonly url: string;
  readonly clock?: Clock;
}

export type { StoreReader } from './sqlite/sqlite-store.ts';

interface Scheme {
  readonly open: (address: string, clock: Clock | undefined) => Promise<Store>;
  readonly read: (address: string, clock: Clock | undefined) => StoreReader;
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map([['sqlite', { open: openSqliteStore, read: openSqliteReader }]]);

/** Opens the store that the URL names. Throws CONFIG_INVALID for a URL that names none, else what that store throws. */
export async function openStore({ url, clock }: StoreOptions): Promise<Store> {
  const { scheme, address } = readUrl(url);
  return scheme.open(address, clock);
}

/** The same store for who only reads, beside a running gateway or without one. Throws CONFIG_INVALID. */
export function openStoreReader({ url, clock }: StoreOptions): StoreReader {
  const { scheme, address } = readUrl(url);
  return scheme.read(address, clock);
}

function readUrl(url: string): { readonly scheme: Scheme; readonly address: string } {
  const colon = url.indexOf(':');
  const scheme = SCHEMES.get(url.slice(0, Math.max(0, colon)));
  const address = url.slice(colon + 1);
  if (scheme !== undefined && address !== '') return { scheme, address };
  const forms = [...SCHEMES.keys()].map((name) => `${name}:`).join(', ');
  throw new GatewayError('CONFIG_INVALID', {
    location: 'store.url',
    detail: `'${url}' names no store: the known forms start with ${forms} and a path`,
  });
}
