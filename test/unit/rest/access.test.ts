import assert from 'node:assert/strict';
import { ACTION, CPA_ID, json, OIN_A, OIN_B, SERVICE, TERMS, base64 } from './rest-gateway.ts';
import { newKey, openSecured } from './rest-access.ts';
import type { SecuredGateway } from './rest-access.ts';

const PARTY_A = `urn:osb:oin:${OIN_A}`;
const PARTY_B = `urn:osb:oin:${OIN_B}`;
const JSON_TYPE = { 'Content-Type': 'application/json' };

interface Listed {
  readonly items: readonly { readonly messageId: string; readonly direction: string }[];
  readonly next?: string;
}
interface Event {
  readonly subject?: string;
  readonly type: string;
  readonly data: { readonly application?: string; readonly direction?: string };
}

const of = (id: string, more = ''): string => `/api/v1/messages/${encodeURIComponent(id)}${more}`;
const types = (items: readonly Event[]): readonly string[] => items.map(({ type }) => type);

describe('applications of the API', () => {
  const keyOf = {
    sender: newKey(),
    receiver: newKey(),
    foreign: newKey(),
    operator: newKey(),
    admin: newKey(),
    auditor: newKey(),
    other: newKey(),
  };
  let rest: SecuredGateway;
  let sent: string;

  before(async () => {
    rest = await openSecured([
      { name: 'sender', roles: ['send'], parties: [OIN_A], keys: keyOf.sender.keys },
      { name: 'receiver', roles: ['receive'], parties: [OIN_B], keys: keyOf.receiver.keys },
      { name: 'foreign', roles: ['send'], parties: [PARTY_B], keys: keyOf.foreign.keys },
      { name: 'operator', roles: ['operate'], keys: keyOf.operator.keys },
      { name: 'admin', roles: ['admin'], keys: keyOf.admin.keys },
      { name: 'auditor', roles: ['audit'], parties: [OIN_A], services: [SERVICE], keys: keyOf.auditor.keys },
      {
        name: 'other',
        roles: ['send', 'receive', 'operate', 'audit'],
        actions: ['iets-anders'],
        keys: keyOf.other.keys,
      },
    ]);
    const submitted = await send(keyOf.sender.bearer, TERMS);
    assert.equal(submitted.status, 202);
    sent = String((await json(submitted))['messageId']);
    await rest.delivered(sent);
  });
  after(() => rest.close());

  const send = (bearer: string, terms: object, headers: Record<string, string> = {}): Promise<Response> =>
    rest.as(bearer, '/api/v1/messages', {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify({ ...terms, payloads: [{ contentType: 'text/plain', content: base64('hallo') }] }),
    });
  const status = async (bearer: string | undefined, path: string, method = 'GET'): Promise<number> =>
    (await rest.as(bearer, path, { method })).status;
  const looked = async (bearer?: string): Promise<readonly string[]> =>
    Object.keys(await json(await rest.as(bearer, '/health/ready')));
  const list = async (bearer: string, path: string): Promise<Listed> => json<Listed>(await rest.as(bearer, path));

  it('who says not who it is gets 401 with WWW-Authenticate, but for health and the OpenAPI document', async () => {
    const response = await rest.fetch('/api/v1/messages');
    assert.deepEqual([response.status, response.headers.get('www-authenticate')], [401, 'Bearer realm="postiljon"']);
    assert.equal((await json(response))['code'], 'UNAUTHENTICATED');
    assert.equal(await status('Bearer pk_onbekend', '/metrics'), 401);
    assert.equal(await status('Basic cGs6cGs=', '/api/v1/inbox'), 401);
    for (const path of ['/health/live', '/health/ready', '/api/v1/openapi.json'])
      assert.equal(await status(undefined, path), 200, path);
  });

  it('a stranger learns whether the gateway is ready, and who may see more what was looked at', async () => {
    for (const bearer of [undefined, 'Bearer pk_onbekend', keyOf.sender.bearer])
      assert.deepEqual(await looked(bearer), ['status'], bearer);
    for (const bearer of [keyOf.operator.bearer, keyOf.admin.bearer])
      assert.deepEqual(await looked(bearer), ['status', 'checks']);
  });

  it('a role opens its routes, and another gets 403 NOT_ALLOWED', async () => {
    const cases: readonly (readonly [keyof typeof keyOf, string, string, number])[] = [
      ['sender', 'POST', of(sent, '/cancel'), 403],
      ['sender', 'GET', '/api/v1/refusals', 403],
      ['sender', 'GET', '/metrics', 403],
      ['sender', 'GET', '/api/v1/dead-letters', 403],
      ['operator', 'GET', '/api/v1/dead-letters', 200],
      ['sender', 'DELETE', `/api/v1/cpas/${CPA_ID}`, 403],
      ['receiver', 'POST', '/api/v1/messages', 403],
      ['operator', 'GET', '/metrics', 200],
      ['operator', 'GET', '/api/v1/refusals', 200],
      ['operator', 'GET', of(sent, '/payloads/1?direction=out'), 403],
      ['operator', 'GET', of(sent, '/evidence'), 403],
      ['operator', 'POST', of(sent, '/taken'), 403],
      ['auditor', 'GET', of(sent, '/evidence'), 200],
      ['auditor', 'POST', of(sent, '/resend'), 403],
      ['auditor', 'GET', '/api/v1/refusals', 403],
      ['admin', 'GET', '/api/v1/messages', 403],
      ['admin', 'POST', `/api/v1/cpas/${CPA_ID}/activate`, 200],
    ];
    for (const [name, method, path, expected] of cases)
      assert.equal(await status(keyOf[name].bearer, path, method), expected, `${name} ${method} ${path}`);
    const refused = await json(await rest.as(keyOf.sender.bearer, '/metrics'));
    assert.equal(refused['code'], 'NOT_ALLOWED');
  });

  it('sends for its own parties, services and actions only', async () => {
    const foreign = await send(keyOf.foreign.bearer, TERMS);
    assert.deepEqual([foreign.status, (await json(foreign))['code']], [403, 'NOT_ALLOWED']);
    const action = await send(keyOf.other.bearer, TERMS);
    assert.deepEqual([action.status, (await json(action))['code']], [403, 'NOT_ALLOWED']);
    const form = new FormData();
    form.append('message', JSON.stringify({ ...TERMS, from: PARTY_A }));
    const multipart = await rest.as(keyOf.foreign.bearer, '/api/v1/messages', { method: 'POST', body: form });
    assert.equal(multipart.status, 403);
  });

  for (const [service, answered, found] of [
    ['rest-test:1.0', 202, ['out']],
    [SERVICE, 202, ['out']],
    ['test:1.0', 403, []],
  ] as const) {
    it(`a service of an application, named as ${service}: it sends with ${answered} and finds as much`, async () => {
      const key = newKey();
      const own = await openSecured([{ name: 'zaak', roles: ['send'], services: [service], keys: key.keys }]);
      try {
        const headers = { 'Content-Type': 'application/json' };
        const body = JSON.stringify({ ...TERMS, payloads: [] });
        const submitted = await own.as(key.bearer, '/api/v1/messages', { method: 'POST', headers, body });
        assert.equal(submitted.status, answered);
        const { items } = await json<{ items: { direction: string }[] }>(await own.as(key.bearer, '/api/v1/messages'));
        assert.deepEqual(
          items.map(({ direction }) => direction),
          found,
        );
      } finally {
        await own.close();
      }
    });
  }

  it('lists and finds its own messages: the direction of its role, its parties', async () => {
    const [sender, receiver] = await Promise.all(
      [keyOf.sender.bearer, keyOf.receiver.bearer].map((bearer) => list(bearer, '/api/v1/messages')),
    );
    assert.deepEqual(
      sender?.items.map(({ direction }) => direction),
      ['out'],
    );
    assert.deepEqual(
      receiver?.items.map(({ direction }) => direction),
      ['in'],
    );
    assert.equal((await list(keyOf.operator.bearer, '/api/v1/messages')).items.length, 2);
    assert.deepEqual((await list(keyOf.other.bearer, '/api/v1/messages')).items, []);
    const found = await json(await rest.as(keyOf.sender.bearer, of(sent)));
    assert.deepEqual([found['direction'], found['fromPartyId']], ['out', PARTY_A]);
    assert.equal((await json(await rest.as(keyOf.receiver.bearer, of(sent))))['direction'], 'in');
  });

  it('events, listed and streamed, are those of its own messages, and pages go on past those of others', async () => {
    const events = (bearer: string, query = ''): Promise<{ items: readonly Event[]; next?: string }> =>
      rest.as(bearer, `/api/v1/events${query}`).then((response) => json(response));
    assert.deepEqual(types((await events(keyOf.sender.bearer)).items), ['nl.postiljon.message.delivered']);
    assert.deepEqual(types((await events(keyOf.receiver.bearer)).items), ['nl.postiljon.message.received']);
    assert.deepEqual((await events(keyOf.other.bearer)).items, []);
    const all = await events(keyOf.operator.bearer);
    assert.ok(all.items.length > 2);
    let page = await events(keyOf.sender.bearer, '?limit=1');
    const seen = [...page.items];
    while (page.next !== undefined) {
      page = await events(keyOf.sender.bearer, `?limit=1&after=${page.next}`);
      seen.push(...page.items);
    }
    assert.deepEqual(types(seen), ['nl.postiljon.message.delivered']);
    const stream = await rest.as(keyOf.receiver.bearer, '/api/v1/events/stream');
    const { value } = (await stream.body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {};
    assert.match(String(value), /retry|message\.received/);
    assert.doesNotMatch(String(value), /delivered|cpa\.activated/);
  });

  it('an idempotency key is of one application: another with the same key sends its own message', async () => {
    const again = { 'Idempotency-Key': 'sleutel-1' };
    const both = newKey();
    const second = await openSecured([
      { name: 'een', roles: ['send'], keys: keyOf.sender.keys },
      { name: 'twee', roles: ['send'], keys: both.keys },
    ]);
    const ids: unknown[] = [];
    for (const bearer of [keyOf.sender.bearer, both.bearer, keyOf.sender.bearer]) {
      const response = await second.as(bearer, '/api/v1/messages', {
        method: 'POST',
        headers: { ...JSON_TYPE, ...again },
        body: JSON.stringify({ ...TERMS, payloads: [] }),
      });
      ids.push((await json(response))['messageId']);
    }
    assert.equal(ids[0], ids[2]);
    assert.notEqual(ids[0], ids[1]);
    await second.close();
  });

  it('events name the application that took, resent or cancelled, and so does the log', async () => {
    assert.equal(await status(keyOf.receiver.bearer, of(sent, '/taken'), 'POST'), 200);
    const resent = await rest.as(keyOf.operator.bearer, of(sent, '/resend'), { method: 'POST' });
    assert.equal(resent.status, 202);
    const { items } = await json<{ items: readonly Event[] }>(await rest.as(keyOf.operator.bearer, '/api/v1/events'));
    const by = new Map(items.map(({ type, data }) => [type, data.application]));
    assert.equal(by.get('nl.postiljon.message.taken'), 'receiver');
    assert.equal(by.get('nl.postiljon.message.resent'), 'operator');
    assert.ok(rest.logged.some(({ fields }) => 'application' in fields && fields.application === 'receiver'));
  });

  it('contracts are shown to those whose party they name, and pings go out in its own name', async () => {
    const cpas = await json<{ items: readonly unknown[] }>(await rest.as(keyOf.receiver.bearer, '/api/v1/cpas'));
    assert.equal(cpas.items.length, 1);
    const limited = newKey();
    const second = await openSecured([
      { name: 'een', roles: ['operate'], parties: [OIN_A], keys: limited.keys },
      { name: 'twee', roles: ['send'], parties: ['urn:osb:oin:00000099000000003000'], keys: keyOf.other.keys },
    ]);
    const ping = (from: string): Promise<Response> =>
      second.as(limited.bearer, '/api/v1/partners/ping', {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify({ cpaId: CPA_ID, from }),
      });
    assert.equal((await ping(OIN_A)).status, 200);
    assert.equal((await ping(OIN_B)).status, 403);
    assert.equal((await second.as(keyOf.other.bearer, `/api/v1/cpas/${CPA_ID}`)).status, 404);
    const unknown = await second.as(keyOf.other.bearer, '/api/v1/messages', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ ...TERMS, payloads: [] }),
    });
    assert.deepEqual([unknown.status, (await json(unknown))['code']], [404, 'CPA_UNKNOWN']);
    await second.close();
  });

  it('the OpenAPI document says what each route needs', async () => {
    const document = await json<{
      readonly components: { readonly securitySchemes: Readonly<Record<string, { readonly type: string }>> };
      readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: unknown }>>>>;
    }>(await rest.fetch('/api/v1/openapi.json'));
    assert.deepEqual(Object.keys(document.components.securitySchemes), ['apiKey']);
    const security = (path: string, method: string): unknown => document.paths[path]?.[method]?.security;
    assert.deepEqual(security('/messages', 'post'), [{ apiKey: ['messages:send'] }]);
    assert.deepEqual(security('/metrics', 'get'), [{ apiKey: ['metrics:read'] }]);
    assert.deepEqual(security('/health/live', 'get'), []);
    assert.equal(ACTION, 'melden');
  });
});
