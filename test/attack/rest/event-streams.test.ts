import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { AUDIENCE, CLIENT, openIdProvider, type OpenIdProvider } from '../../setup/openid-provider.ts';
import { newKey, openSecured, type SecuredGateway } from '../../unit/rest/rest-access.ts';

const HEARTBEAT_MS = 15_000;

/** An event stream that is read line by line. */
async function follow(rest: SecuredGateway, bearer: string): Promise<(until: RegExp) => Promise<string>> {
  const { body, status } = await rest.as(bearer, '/api/v1/events/stream?after=999999');
  assert.equal(status, 200);
  const reader = (body ?? assert.fail('no stream')).pipeThrough(new TextDecoderStream()).getReader();
  return async (until) => {
    for (let text = ''; ; ) {
      if (until.test(text)) return text;
      const { done, value } = await reader.read();
      if (done) return `${text}(end)`;
      text += value;
    }
  };
}

const NEVER = /^(?!)/;

describe('A75 an event stream of who is known no longer', () => {
  let provider: OpenIdProvider;
  let clock: ManualClock;
  let rest: SecuredGateway;
  const key = newKey();
  let token: string;
  let isAway: boolean;

  before(async () => {
    provider = await openIdProvider();
  });
  after(() => provider.close());
  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    isAway = false;
    const now = Math.floor(clock.now() / 1000);
    token = `Bearer ${await provider.sign({ iss: provider.issuer, aud: AUDIENCE, client_id: CLIENT.id, exp: now + 60, iat: now })}`;
    rest = await openSecured(
      [
        { name: 'zaak', roles: ['operate'], oidc: { clientId: CLIENT.id } },
        { name: 'sleutel', roles: ['operate'], keys: key.keys },
      ],
      {
        clock,
        oidc: { issuer: provider.issuer, audience: AUDIENCE, skewSeconds: 30 },
        access: (access) => ({
          ...access,
          identify: (shown) =>
            isAway ? Promise.reject(new GatewayError('IDENTITY_PROVIDER_UNREACHABLE')) : access.identify(shown),
        }),
      },
    );
  });
  afterEach(() => rest.close());

  it('ends with the problem at the first look after the end of the token, and not before', async () => {
    const [mine, other] = [await follow(rest, token), await follow(rest, key.bearer)];
    await mine(/retry/);
    clock.advance(HEARTBEAT_MS);
    assert.doesNotMatch(await mine(/still here/), /problem/);
    clock.advance(90_000);
    const last = await mine(NEVER);
    const [, data = ''] = /^event: problem\ndata: (.*)\n\n\(end\)$/.exec(last) ?? [];
    const { code, status, instance } = JSON.parse(data);
    assert.deepEqual([code, status], ['UNAUTHENTICATED', 401]);
    assert.match(instance, /^urn:uuid:/);
    assert.ok(!data.includes(token.slice(-20)));
    await other(/still here\n\n: still here/);
    assert.ok(rest.logged.some(({ message }) => message === 'an event stream was ended'));
  });

  it('outlives a provider that is away, until the token ends', async () => {
    const mine = await follow(rest, token);
    isAway = true;
    clock.advance(HEARTBEAT_MS);
    await mine(/still here/);
    clock.advance(90_000);
    assert.match(await mine(NEVER), /^event: problem\ndata: .*UNAUTHENTICATED.*\n\n\(end\)$/);
  });
});
