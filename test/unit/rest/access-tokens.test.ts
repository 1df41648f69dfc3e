import assert from 'node:assert/strict';
import { generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { AUDIENCE, CLIENT, openIdProvider } from '../../setup/openid-provider.ts';
import type { OpenIdProvider } from '../../setup/openid-provider.ts';
import { json } from './rest-gateway.ts';
import { newKey, openSecured } from './rest-access.ts';
import type { SecuredGateway } from './rest-access.ts';

const unsigned = (header: object, claims: object): string =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

describe('access tokens of an OpenID provider', () => {
  const key = newKey();
  let provider: OpenIdProvider;
  let rest: SecuredGateway;
  let good: JWTPayload;
  let now: number;

  before(async () => {
    provider = await openIdProvider();
  });
  // Each begins without failures that count.
  beforeEach(async () => {
    now = Math.floor(Date.now() / 1000);
    good = { iss: provider.issuer, aud: AUDIENCE, client_id: CLIENT.id, exp: now + 300, iat: now };
    rest = await openSecured(
      [
        { name: 'zaak', roles: ['operate'], oidc: { clientId: CLIENT.id } },
        { name: 'mens', roles: ['operate'], oidc: { subject: 'medewerker-1' } },
        { name: 'sleutel', roles: ['operate'], keys: key.keys },
      ],
      { oidc: { issuer: provider.issuer, audience: AUDIENCE, skewSeconds: 30 } },
    );
  });
  afterEach(() => rest.close());
  after(() => provider.close());

  const status = async (token: string): Promise<number> =>
    (await rest.as(`Bearer ${token}`, '/api/v1/messages')).status;
  const refused = async (token: string, why: string): Promise<void> => {
    const response = await rest.as(`Bearer ${token}`, '/api/v1/messages');
    assert.equal(response.status, 401, why);
    assert.equal((await json(response))['code'], 'UNAUTHENTICATED', why);
  };

  it('one that the provider gave to a client opens what its application may do, and keys still do', async () => {
    const token = await provider.token();
    assert.equal(await status(token), 200);
    assert.equal(await status(token), 200);
    assert.equal((await rest.as(key.bearer, '/api/v1/messages')).status, 200);
    assert.equal(provider.keyRequests, 1);
  });

  it('an application is found by subject or client_id', async () => {
    const { client_id: _, ...anonymous } = good;
    assert.equal(await status(await provider.sign({ ...anonymous, sub: 'medewerker-1' })), 200);
    await refused(await provider.sign({ ...anonymous, sub: 'medewerker-2' }), 'another subject');
    await refused(await provider.sign({ ...good, client_id: 'elders' }), 'another client');
    await refused(await provider.sign(anonymous), 'nobody at all');
  });

  it('A75 a token without signature, signed with a shared secret or by another key is refused', async () => {
    await refused(`${unsigned({ alg: 'none' }, good)}.`, 'none');
    await refused(`${unsigned({ alg: 'nOnE', typ: 'at+jwt' }, good)}.`, 'nOnE');
    const secret = new TextEncoder().encode(CLIENT.secret.repeat(4));
    await refused(await new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(secret), 'HS256');
    const { privateKey } = await generateKeyPair('ES256');
    const forged = new SignJWT(good).setProtectedHeader({ alg: 'ES256', kid: 'sleutel-1' });
    await refused(await forged.sign(privateKey), 'the key of somebody else under the same kid');
    const [head = '', , signature = ''] = (await provider.sign(good)).split('.');
    const altered = Buffer.from(JSON.stringify({ ...good, sub: 'medewerker-1' })).toString('base64url');
    await refused([head, altered, signature].join('.'), 'altered claims');
  });

  it('A75 a token for another audience, of another issuer, not yet or no longer valid, is refused', async () => {
    await refused(await provider.token('https://elders.example/api'), 'a real one for another service');
    await refused(await provider.sign({ ...good, aud: ['elders', 'overal'] }), 'audiences');
    await refused(await provider.sign({ ...good, iss: 'https://elders.example' }), 'issuer');
    await refused(await provider.sign({ ...good, iss: `${provider.issuer}/` }), 'nearly the issuer');
    await refused(await provider.sign({ ...good, exp: now - 60 }), 'replayed after its end');
    await refused(await provider.sign({ ...good, nbf: now + 120 }), 'not yet');
    const { exp: _, ...endless } = good;
    await refused(await provider.sign(endless), 'without an end');
    assert.equal(await status(await provider.sign({ ...good, exp: now - 5 })), 200, 'within the skew');
  });

  it('A75 an ID token, another kind of JWT, or a token that is bound to a certificate is refused', async () => {
    await refused(await provider.sign({ ...good, nonce: 'n' }), 'an ID token');
    await refused(await provider.sign(good, { typ: 'logout+jwt' }), 'a logout token');
    await refused(await provider.sign({ ...good, cnf: { 'x5t#S256': 'A'.repeat(43) } }), 'bound, no certificate shown');
    await refused(await provider.sign({ ...good, cnf: { jkt: 'A'.repeat(43) } }), 'bound by DPoP');
    await refused('a.b.c', 'no JWT');
    await refused('x'.repeat(8000), 'long nonsense');
  });

  it('a provider that cannot be asked gives 503, and keys open the API as before', async () => {
    const gone = await openIdProvider();
    await gone.close();
    const second = await openSecured(
      [
        { name: 'zaak', roles: ['operate'], oidc: { clientId: CLIENT.id } },
        { name: 'sleutel', roles: ['operate'], keys: key.keys },
      ],
      { oidc: { issuer: gone.issuer, audience: AUDIENCE, skewSeconds: 30 } },
    );
    const token = await gone.sign({ ...good, iss: gone.issuer });
    const response = await second.as(`Bearer ${token}`, '/api/v1/messages');
    assert.deepEqual([response.status, (await json(response))['code']], [503, 'IDENTITY_PROVIDER_UNREACHABLE']);
    assert.equal((await second.as(key.bearer, '/api/v1/messages')).status, 200);
    await second.close();
  });
});
