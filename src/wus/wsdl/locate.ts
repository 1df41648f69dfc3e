import { posix } from 'node:path';

/** Where an import leads, seen from the file that it stands in. Paths count from the folder of the first file. */
export type Located =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'remote' }
  | { readonly kind: 'outside' };

const SCHEME = /^(?:[A-Za-z][A-Za-z0-9+.-]*:|\/\/)/;
const UNSAFE = /[\\\0]/;

/** Only files beside or below the first one are read: a WSDL from a partner must not make us read or fetch anything else. */
export function locate(from: string, location: string): Located {
  if (SCHEME.test(location)) return { kind: 'remote' };
  const path = decoded(location.split('#', 1)[0] ?? '');
  if (path === undefined || path === '' || path.startsWith('/') || UNSAFE.test(path)) return { kind: 'outside' };
  const joined = posix.join(posix.dirname(from), path);
  return joined === '..' || joined.startsWith('../') ? { kind: 'outside' } : { kind: 'file', path: joined };
}

function decoded(location: string): string | undefined {
  try {
    return decodeURIComponent(location);
  } catch {
    return undefined;
  }
}
