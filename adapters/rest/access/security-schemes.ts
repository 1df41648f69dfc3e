import type { Access, SchemeName } from './access.ts';
import { refusals } from '../schemas/problem.ts';
import { scopeOf } from './needs.ts';

const SCHEMES: Readonly<Record<SchemeName, (access: Access) => Scheme>> = {
  apiKey: () => ({
    type: 'http',
    scheme: 'bearer',
    description: 'A key that `postiljon api-key create` made: `Authorization: Bearer pk_…`.',
  }),
  openId: ({ issuer }) => ({
    type: 'openIdConnect',
    openIdConnectUrl: `${issuer?.replace(/\/$/, '')}/.well-known/openid-configuration`,
    description: 'An access token (JWT) of the OpenID provider: `Authorization: Bearer …`.',
  }),
  clientCertificate: () => ({ type: 'mutualTLS', description: 'A client certificate of an application.' }),
};

interface Scheme {
  readonly type: string;
  readonly description: string;
  readonly [more: string]: unknown;
}

/** The ways to say who calls that are configured. */
export function securitySchemes(access: Access): Readonly<Record<string, Scheme>> {
  return Object.fromEntries(access.schemes.map((name) => [name, SCHEMES[name](access)]));
}

/** What a route needs, by each of those ways; nothing is said where the API has no access control. */
export function withSecurity<S extends object>(
  schema: S & { readonly security?: unknown; readonly response?: unknown },
  access: Access | undefined,
): S {
  const scope = scopeOf(schema.security);
  if (access === undefined) return { ...schema, security: undefined };
  if (scope === undefined) return { ...schema, security: [] };
  const security = access.schemes.map((name) => ({ [name]: [scope] }));
  return { ...schema, security, response: { ...mapOf(schema.response), ...refusals(401, 429) } };
}

function mapOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
