import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { newKey, openSecured } from '../../unit/rest/rest-access.ts';
import type { SecuredGateway } from '../../unit/rest/rest-access.ts';
import { TERMS, formOf, json } from '../../unit/rest/rest-gateway.ts';

const LIMITS = { json: 20 * 2 ** 20, upload: 2 ** 20, parts: 5 };

const many = (count: number, one: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => one(n)).join();

describe('one application, or nobody, that wants all of the API', () => {
  const [a, b] = [newKey(), newKey()];
  let rest: SecuredGateway;
  before(async () => {
    rest = await openSecured(
      [
        { name: 'a', roles: ['send', 'receive'], keys: a.keys },
        { name: 'b', roles: ['send', 'receive'], keys: b.keys },
      ],
      { options: { limits: { ...LIMITS, connections: 8, streams: 2 } } },
    );
  });
  after(() => rest.close());

  const submit = async (body: string): Promise<{ readonly status: number; readonly octets: number; cpuMs: number }> => {
    const before = process.cpuUsage();
    const headers = { 'Content-Type': 'application/json' };
    const response = await rest.as(a.bearer, '/api/v1/messages', { method: 'POST', headers, body });
    const octets = (await response.text()).length;
    const { user, system } = process.cpuUsage(before);
    return { status: response.status, octets, cpuMs: (user + system) / 1000 };
  };
  const head = JSON.stringify({ ...TERMS }).slice(0, -1);

  const bombs: readonly (readonly [string, () => string])[] = [
    ['a million payloads that hold nothing', () => `${head},"payloads":[${many(1_000_000, () => '{}')}]}`],
    ['a million unknown names', () => `${head},${many(1_000_000, (n) => `"a${n}":1`)}}`],
    ['a million nested lists', () => `${head},"payloads":${'['.repeat(1_000_000)}`],
    ['names behind a text that ends in a backslash', () => `{"a":"\\\\",${many(1_000_000, (n) => `"a${n}":1`)}}`],
  ];
  for (const [what, make] of bombs) {
    it(`a JSON body with ${what} is refused before each of them is found wrong`, async () => {
      const { status, octets, cpuMs } = await submit(make());
      assert.equal(status, 413);
      assert.ok(octets < 1000, `${octets} octets`);
      assert.ok(cpuMs < 2000, `${cpuMs} ms`);
    });
  }

  it('of what is wrong with a body the first fifty are named', async () => {
    const { status, octets } = await submit(`${head},"payloads":[${many(400, () => '{}')}]}`);
    assert.equal(status, 400);
    assert.ok(octets < 20_000, `${octets} octets`);
  });

  it('the part message of a form is held to the same', async () => {
    const message = { ...TERMS, payloads: Array.from({ length: 20_000 }, () => ({ a: 1 })) };
    const response = await rest.as(a.bearer, '/api/v1/messages', { method: 'POST', body: formOf(message) });
    assert.equal(response.status, 413);
    await response.text();
  });

  it('commas, braces and quotes within a text are no values', async () => {
    const conversationId = '{[,"\\,'.repeat(30);
    const payloads = Array.from({ length: 5 }, () => ({
      contentType: 'text/plain',
      content: '',
      name: ',{['.repeat(80),
    }));
    const { status } = await submit(JSON.stringify({ ...TERMS, conversationId, payloads }));
    assert.equal(status, 202);
  });

  it('event streams of one application leave those of another alone', async () => {
    const aborts: AbortController[] = [];
    const follow = async (bearer: string): Promise<number> => {
      const abort = new AbortController();
      aborts.push(abort);
      return (await rest.as(bearer, '/api/v1/events/stream', { signal: abort.signal })).status;
    };
    assert.deepEqual([await follow(a.bearer), await follow(a.bearer)], [200, 200]);
    const refused = await rest.as(a.bearer, '/api/v1/events/stream');
    assert.equal(refused.status, 503);
    assert.equal((await json(refused))['code'], 'BUSY');
    assert.equal(await follow(b.bearer), 200);
    for (const abort of aborts) abort.abort();
  });

  it('A53 connections beyond the limit are closed, and the others served', async () => {
    const port = Number(new URL(rest.api).port);
    const closed = Array.from({ length: 12 }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return { socket, end: once(socket, 'close') };
    });
    const opened = await Promise.all(closed);
    await Promise.race(opened.map(({ end }) => end));
    for (const { socket } of opened) socket.destroy();
    await Promise.all(opened.map(({ end }) => end));
    assert.equal((await rest.as(a.bearer, '/api/v1/messages')).status, 200);
  });
});
