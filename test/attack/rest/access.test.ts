import assert from 'node:assert/strict';
import { request } from 'node:http';
import { ManualClock } from '../../setup/manual-clock.ts';
import { base64, json, OIN_A, OIN_B, TERMS } from '../../unit/rest/rest-gateway.ts';
import { newKey, openSecured } from '../../unit/rest/rest-access.ts';
import type { SecuredGateway } from '../../unit/rest/rest-access.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('applications of the API that try more than is theirs', () => {
  const [own, foreign, operator] = [newKey(), newKey(), newKey()];
  const clock = new ManualClock();
  let rest: SecuredGateway;
  let sent: string;

  before(async () => {
    rest = await openSecured(
      [
        { name: 'eigen', roles: ['send', 'receive'], parties: [OIN_A], keys: own.keys },
        {
          name: 'vreemd',
          roles: ['send', 'receive', 'operate', 'audit'],
          actions: ['iets-anders'],
          keys: foreign.keys,
        },
        { name: 'beheer', roles: ['operate'], keys: operator.keys },
      ],
      { clock },
    );
    const response = await submit(own.bearer, {});
    sent = String((await json(response))['messageId']);
    await rest.delivered(sent);
  });
  after(() => rest.close());

  const submit = (bearer: string, more: object): Promise<Response> =>
    rest.as(bearer, '/api/v1/messages', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ ...TERMS, payloads: [{ contentType: 'text/plain', content: base64('x') }], ...more }),
    });

  it('A75 a MessageId of somebody else is not there, whatever is asked of it', async () => {
    const id = encodeURIComponent(sent);
    const tries: readonly (readonly [string, string])[] = [
      ['GET', `/messages/${id}`],
      ['GET', `/messages/${id}?direction=out`],
      ['GET', `/messages/${id}?from=${OIN_A}&direction=in`],
      ['GET', `/messages/${id}/attempts`],
      ['GET', `/messages/${id}/payloads/1`],
      ['HEAD', `/messages/${id}/payloads/1`],
      ['GET', `/messages/${id}/raw`],
      ['GET', `/messages/${id}/evidence`],
      ['POST', `/messages/${id}/taken`],
      ['POST', `/messages/${id}/taken?from=${OIN_A}`],
      ['POST', `/messages/${id}/resend`],
      ['POST', `/messages/${id}/cancel`],
      ['POST', `/messages/${id}/partner-status`],
    ];
    for (const [method, path] of tries) {
      const [there, nowhere] = await Promise.all(
        [path, path.replace(id, 'niets@elders.example')].map((one) =>
          rest.as(foreign.bearer, `/api/v1${one}`, { method }),
        ),
      );
      assert.equal(there?.status, 404, `${method} ${path}`);
      if (method === 'HEAD') continue;
      const [known, unknown] = await Promise.all([there, nowhere].map(async (one) => one && json(one)));
      assert.equal(known?.['code'], unknown?.['code'], path);
      assert.equal(
        String(known?.['detail']).replace(sent, ''),
        String(unknown?.['detail']).replace('niets@elders.example', ''),
        path,
      );
    }
    assert.equal((await rest.gateway.messages.find(sent, 'in')).state, 'RECEIVED');
  });

  it('A75 counts of the whole gateway are not for who is limited to a part of it', async () => {
    const response = await rest.as(foreign.bearer, '/metrics');
    assert.deepEqual([response.status, (await json(response))['code']], [403, 'NOT_ALLOWED']);
    assert.equal((await rest.as(operator.bearer, '/metrics')).status, 200);
  });

  it('A75 searches and cursors of somebody else find nothing', async () => {
    const page = await json<{ next?: string }>(await rest.as(operator.bearer, '/api/v1/messages?limit=1'));
    for (const query of [
      `q=${encodeURIComponent(sent)}`,
      `cursor=${page.next ?? ''}`,
      'direction=in',
      'action=melden',
    ]) {
      const found = await json<{ items: unknown[] }>(await rest.as(foreign.bearer, `/api/v1/messages?${query}`));
      assert.deepEqual(found.items, [], query);
    }
    const owner = await rest.as(own.bearer, '/api/v1/messages?owner=x');
    assert.equal(owner.status, 400);
  });

  it('A75 members and parameters that would widen a right are refused', async () => {
    for (const more of [
      { application: 'beheer' },
      { owner: null },
      { user: { owner: null } },
      { resendOf: sent },
      { idempotency: {} },
    ])
      assert.equal((await submit(own.bearer, more)).status, 400, JSON.stringify(more));
    const polluted = `{"__proto__":{"owner":null},"constructor":{"prototype":{}},"cpaId":"x"}`;
    const response = await rest.as(own.bearer, '/api/v1/messages', {
      method: 'POST',
      headers: JSON_TYPE,
      body: polluted,
    });
    assert.equal(response.status, 400);
    assert.equal((await submit(foreign.bearer, { messageId: sent })).status, 403);
  });

  it('A55 the right is that of the party in the message, not of a header', async () => {
    const headers = { 'X-Application': 'beheer', 'X-Forwarded-User': 'beheer', 'X-API-Key': operator.bearer.slice(7) };
    assert.equal((await rest.fetch('/api/v1/messages', { headers })).status, 401);
    const response = await rest.as(own.bearer, '/metrics', {
      headers: { ...headers, 'X-Original-URL': '/health/live' },
    });
    assert.equal(response.status, 403);
    assert.equal((await submit(own.bearer, { from: OIN_B, to: OIN_A })).status >= 400, true);
  });

  it('A56 paths that resemble an open one are not open', async () => {
    for (const path of [
      '/health/live/../../api/v1/messages',
      '/health%2flive',
      '/api/v1//messages',
      '/API/v1/messages',
      '/api/v1/messages/',
      '/api/v1/openapi.json/../messages',
    ]) {
      const response = await raw(path);
      assert.ok([400, 401, 404].includes(response), `${path} ${response}`);
    }
    assert.equal(await raw('/api/v1/messages'), 401);
    assert.equal(await raw('/api/v1/messages', 'HEAD'), 401);
  });

  it('a key in the URL is refused, also a right one, and stays out of the log', async () => {
    const key = own.bearer.slice('Bearer '.length);
    for (const name of ['access_token', 'api_key', 'key', 'iets']) {
      const response = await rest.as(own.bearer, `/api/v1/messages?${name}=${key}`);
      assert.equal(response.status, 400, name);
      assert.equal((await response.text()).includes(key), false);
    }
    assert.equal(JSON.stringify(rest.logged).includes(key), false);
  });

  it('keys that are nearly right are refused, and never logged', async () => {
    const key = own.bearer.slice('Bearer '.length);
    const near = [
      key.slice(0, -1),
      `${key}A`,
      key.toUpperCase(),
      key.slice(3),
      `${key} `.repeat(2),
      own.keys[0]?.hash ?? '',
    ];
    for (const one of near)
      assert.equal((await rest.as(`Bearer ${one}`, '/api/v1/messages')).status, 401, one.length.toString());
    const log = JSON.stringify(rest.logged);
    assert.equal(
      near.some((one) => log.includes(one.trim())),
      false,
    );
  });

  it('an address that fails again and again gets 429 for a minute; who has a key is served all the time', async () => {
    clock.advance(60_000);
    const before = rest.logged.length;
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 25; attempt++)
      statuses.push((await rest.as('Bearer pk_fout', '/api/v1/inbox')).status);
    assert.deepEqual([...new Set(statuses)], [401, 429]);
    const late = await rest.as('Bearer pk_fout', '/api/v1/inbox');
    assert.deepEqual([late.headers.get('retry-after'), (await json(late))['code']], ['60', 'TOO_MANY_FAILURES']);
    assert.equal((await rest.as(own.bearer, '/api/v1/inbox')).status, 200);
    const told = rest.logged.slice(before).filter(({ message }) => message === 'nobody known calls the API');
    assert.equal(told.length, 20);
    clock.advance(60_000);
    assert.equal((await rest.as('Bearer pk_fout', '/api/v1/inbox')).status, 401);
  });

  it('two Authorization headers are refused: who stands between may have read the other one', async () => {
    const statuses = [
      [own.bearer, 'Bearer pk_fout'],
      ['Bearer pk_fout', own.bearer],
    ].map((both) => raw('/api/v1/messages', 'GET', both));
    assert.deepEqual(await Promise.all(statuses), [400, 400]);
  });

  const raw = (path: string, method = 'GET', authorization?: readonly string[]): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(rest.api);
      const outgoing = request({ hostname, port, path, method, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      if (authorization !== undefined) outgoing.setHeader('Authorization', authorization);
      outgoing.on('error', reject);
      outgoing.end();
    });
});
