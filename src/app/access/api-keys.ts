import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a key begins with: searches for leaked keys find it, and no token of a provider looks like it. */
export const KEY_PREFIX = 'pk_';
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;
const HASH = /^sha256:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{43})$/;

/** 256 random bits: nobody guesses it, so that its hash need not be slow. */
export function newApiKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_OCTETS).toString('base64url')}`;
}

/** What the configuration holds of a key: `sha256:<salt>:<digest>`. */
export function hashOfKey(key: string, salt: Buffer = randomBytes(SALT_OCTETS)): string {
  return `sha256:${salt.toString('base64url')}:${digest(key, salt).toString('base64url')}`;
}

export function isKeyHash(text: string): boolean {
  return HASH.test(text);
}

/** Hashes of keys, and whose they are. */
export class ApiKeys<A> {
  readonly #entries: readonly { readonly salt: Buffer; readonly digest: Buffer; readonly owner: A }[];

  constructor(keys: readonly { readonly hash: string; readonly owner: A }[]) {
    this.#entries = keys.map(({ hash, owner }) => {
      const [, salt = '', hashed = ''] = HASH.exec(hash) ?? [];
      return { salt: Buffer.from(salt, 'base64url'), digest: Buffer.from(hashed, 'base64url'), owner };
    });
  }

  /** Looks at every one to its end, so that the time tells nothing of what is known. */
  find(key: string): A | undefined {
    let found: A | undefined;
    for (const { salt, digest: expected, owner } of this.#entries) {
      if (timingSafeEqual(digest(key, salt), expected)) found = owner;
    }
    return found;
  }
}

function digest(key: string, salt: Buffer): Buffer {
  return createHash('sha256').update(salt).update(key).digest();
}
