import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import OidcProvider from 'oidc-provider';

export const AUDIENCE = 'https://postiljon.example/api';
export const CLIENT = { id: 'zaaksysteem', secret: 'geheim-van-de-test' };

export interface OpenIdProvider {
  readonly issuer: string;
  /** An access token of the client credentials grant, for this resource. */
  token(resource?: string): Promise<string>;
  /** A token with the provider's own key that says whatever the test wants. */
  sign(claims: JWTPayload, header?: { readonly alg?: string; readonly typ?: string }): Promise<string>;
  /** How often its keys were asked for. */
  readonly keyRequests: number;
  close(): Promise<void>;
}

/** A real OpenID provider on loopback. */
export async function openIdProvider(): Promise<OpenIdProvider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'sleutel-1', alg: 'ES256', use: 'sig' };
  let handle: RequestListener | undefined;
  let keyRequests = 0;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    handle?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the provider does not listen');
  const issuer = `http://127.0.0.1:${address.port}`;
  handle = new OidcProvider(issuer, configuration(jwk)).callback();
  return {
    issuer,
    get keyRequests() {
      return keyRequests;
    },
    token: (resource = AUDIENCE) => clientToken(issuer, resource),
    sign: (claims, header = {}) => sign(privateKey, claims, header),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration(jwk: object): object {
  return {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

async function clientToken(issuer: string, resource: string): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  const { access_token: token }: { access_token?: string } = JSON.parse(await answer.text());
  if (token === undefined) throw new Error(`the provider gave no token: ${answer.status}`);
  return token;
}

function sign(key: CryptoKey, claims: JWTPayload, { alg = 'ES256', typ = 'at+jwt' }): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, typ, kid: 'sleutel-1' }).sign(key);
}
