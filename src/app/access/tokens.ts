import { createHash } from 'node:crypto';
import type { createRemoteJWKSet, JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../clock.ts';
import { GatewayError } from '../../errors.ts';
import { isLoopback } from '../../transport/loopback.ts';

export interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly skewSeconds: number;
}

/** Who a token speaks of, as its provider says. */
export interface TokenHolder {
  readonly subject: string | undefined;
  readonly clientId: string | undefined;
  /** ms since 1970. */
  readonly until: number;
}

/** Asymmetric ones: a public key must never be able to make a token. */
const ALGORITHMS = [
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'RS256',
  'RS384',
  'RS512',
];
const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
/** Claims of ID tokens, which tell an application who logged in and open nothing here. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'];
const LONGEST_TOKEN = 16 * 1024;
const TIMEOUT_MS = 5_000;
const COOLDOWN_MS = 30_000;
const KEYS_AGE_MS = 600_000;

/**
 * Access tokens of one OpenID provider. Its keys are fetched when the first token comes, kept, and fetched again when a
 * token names a new one. @spec OpenID Connect Discovery 1.0; RFC 7519, RFC 8705 §3, RFC 8725, RFC 9068
 */
export class Tokens {
  readonly #terms: TokenTerms;
  readonly #clock: Clock;
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(terms: TokenTerms, clock: Clock) {
    this.#terms = terms;
    this.#clock = clock;
  }

  /** `certificate` is that of the connection. Throws UNAUTHENTICATED, IDENTITY_PROVIDER_UNREACHABLE. */
  async verify(token: string, certificate: Uint8Array | undefined): Promise<TokenHolder> {
    const { decodeJwt, decodeProtectedHeader, jwtVerify } = await import('jose');
    const { issuer, audience, skewSeconds } = this.#terms;
    if (token.length > LONGEST_TOKEN) throw refused('the token is too long');
    // What cannot be right is refused before anybody is asked for keys.
    const head = read(() => decodeProtectedHeader(token));
    if (!ALGORITHMS.includes(head.alg ?? '')) throw refused(`tokens signed by ${head.alg ?? 'nothing'} are not taken`);
    if (!TYPES.has((head.typ ?? 'jwt').toLowerCase())) throw refused('the token is no access token');
    if (read(() => decodeJwt(token)).iss !== issuer) throw refused('the token is of another issuer');
    const keys = await this.#openKeys();
    const currentDate = new Date(this.#clock.now());
    const limits = { issuer, audience, clockTolerance: skewSeconds, requiredClaims: ['exp'], currentDate };
    const verified = await jwtVerify(token, keys, { ...limits, algorithms: ALGORITHMS }).catch((cause: unknown) => {
      throw isOfToken(cause) ? refused(cause.message, cause) : unreachable(issuer, cause);
    });
    const { payload } = verified;
    if (ID_TOKEN_CLAIMS.some((claim) => payload[claim] !== undefined)) throw refused('an ID token is no access token');
    checkBinding(payload, certificate);
    const client = payload['client_id'] ?? payload['azp'];
    const clientId = typeof client === 'string' ? client : undefined;
    return { subject: payload.sub, clientId, until: ((payload.exp ?? 0) + skewSeconds) * 1000 };
  }

  async #openKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= fetchKeys(this.#terms.issuer);
    try {
      return await this.#keys;
    } catch (cause) {
      this.#keys = undefined;
      throw unreachable(this.#terms.issuer, cause);
    }
  }
}

/** Whether nobody on the way can read or change what is fetched. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** How many keys a provider shows now. Throws IDENTITY_PROVIDER_UNREACHABLE. */
export async function countKeys(issuer: string): Promise<number> {
  try {
    const keys = await fetchKeys(issuer);
    await keys.reload();
    return keys.jwks()?.keys.length ?? 0;
  } catch (cause) {
    throw unreachable(issuer, cause);
  }
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

async function fetchKeys(issuer: string): Promise<RemoteKeys> {
  const { createRemoteJWKSet } = await import('jose');
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(place, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${place} answers ${answer.status}`);
  const found: unknown = await answer.json();
  const said =
    typeof found === 'object' && found !== null ? new Map<string, unknown>(Object.entries(found)) : undefined;
  if (said?.get('issuer') !== issuer) throw new Error(`${place} is of another issuer`);
  const uri = said.get('jwks_uri');
  if (typeof uri !== 'string' || !isSafeUrl(uri)) throw new Error(`${place} names no jwks_uri by https`);
  return createRemoteJWKSet(new URL(uri), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEYS_AGE_MS,
  });
}

/** A token that is bound to a certificate is worth nothing to who has only copied it. @spec RFC 8705 §3 */
function checkBinding({ cnf }: JWTPayload, certificate: Uint8Array | undefined): void {
  if (cnf === undefined) return;
  const thumbprint: unknown = typeof cnf === 'object' && cnf !== null ? Reflect.get(cnf, 'x5t#S256') : undefined;
  if (typeof thumbprint !== 'string') throw refused('the token is bound in a way that is not known here');
  const shown = certificate && createHash('sha256').update(certificate).digest('base64url');
  if (shown !== thumbprint) throw refused('the token is bound to another certificate');
}

function read<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw refused('the token is no JWT', cause);
  }
}

/** Of the token, not of the way to the keys. */
function isOfToken(cause: unknown): cause is Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^ERR_(?:JW[ST]_|JWKS_(?:NO|MULTIPLE)_MATCHING|JOSE_(?:ALG|NOT_SUPPORTED))/.test(code);
}

function refused(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('UNAUTHENTICATED', { detail, cause });
}

function unreachable(issuer: string, cause: unknown): GatewayError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new GatewayError('IDENTITY_PROVIDER_UNREACHABLE', { detail: `${issuer}${reason}`, cause });
}
