import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

describe('problems', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  const cases: readonly [string, string, RequestInit, number, string][] = [
    ['an unknown path', '/api/v1/nope', {}, 404, 'NOT_FOUND'],
    ['a trailing slash', '/api/v1/messages/', {}, 404, 'NOT_FOUND'],
    ['a later feature', '/api/v1/messages/a%40b/resend', { method: 'POST' }, 404, 'NOT_FOUND'],
    ['a method that is not served', '/api/v1/messages', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
    ['another media type', '/api/v1/messages', post('text/csv', 'a'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['JSON where XML is read', '/api/v1/cpas', post('application/json', '{}'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['XML where JSON is read', '/api/v1/messages', post('text/xml', '<a/>'), 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['malformed JSON', '/api/v1/messages', post('application/json', '{"a":'), 400, 'REQUEST_INVALID'],
    ['no body', '/api/v1/messages', post('application/json', ''), 400, 'REQUEST_INVALID'],
    ['too large a body', '/api/v1/messages', post('application/json', ' '.repeat(300_000)), 413, 'HTTP_TOO_LARGE'],
    ['a number that is none', '/api/v1/messages?limit=ten', {}, 400, 'REQUEST_INVALID'],
    ['a cursor of another list', '/api/v1/messages?cursor=abc', {}, 400, 'REQUEST_INVALID'],
  ];
  for (const [what, path, init, status, code] of cases) {
    it(`RFC 9457 ${what} is answered with ${status} ${code}`, async () => {
      const response = await rest.fetch(path, init);
      const body = await response.text();
      const problem: Record<string, unknown> = JSON.parse(body);
      assert.deepEqual([response.status, problem['status'], problem['code']], [status, status, code]);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal(problem['type'], `urn:postiljon:error:${code}`);
      assert.match(String(problem['instance']), /^urn:uuid:[0-9a-f-]{36}$/);
      assert.doesNotMatch(body, /node_modules|file:|\.[tj]s:\d/);
    });
  }

  it('ADR all-errors: everything that is wrong is named at once', async () => {
    const body = { cpaId: 1, payloads: [{ contentType: 'x', content: 'y', extra: true }], unknown: 1 };
    const { errors } = await json<{ errors: readonly { location: string }[] }>(await rest.submit(body));
    const places = errors.map(({ location }) => location).sort();
    assert.deepEqual(places, [
      '/action',
      '/cpaId',
      '/from',
      '/payloads/0/contentType',
      '/payloads/0/extra',
      '/service',
      '/unknown',
    ]);
  });

  it('an unknown query parameter is refused and the known ones are named', async () => {
    const problem = await json(await rest.fetch('/api/v1/events?afer=1'));
    assert.deepEqual(problem['errors'], [{ location: 'afer', detail: 'is not known here; known are after, limit' }]);
  });

  it('415 names what came, and what is read', async () => {
    const answers: readonly [string, string, string][] = [
      ['/api/v1/messages', 'text/csv', 'text/csv is not read here: send application/json or multipart/form-data'],
      [
        '/api/v1/jobs',
        'application/x-www-form-urlencoded',
        'application/x-www-form-urlencoded is not read here: send application/json',
      ],
      ['/api/v1/messages/a%40b/cancel', 'text/plain', 'text/plain is not read here: send no body'],
    ];
    for (const [path, type, detail] of answers) {
      const problem = await json(await rest.fetch(path, post(type, 'a')));
      assert.deepEqual([problem['location'], problem['detail']], ['Content-Type', detail]);
    }
  });

  for (const [path, type, encoding] of [
    ['/api/v1/messages', 'application/json', 'gzip'],
    ['/api/v1/messages', 'multipart/form-data; boundary=b', 'identity, GZIP'],
    ['/api/v1/cpas', 'application/xml', 'br'],
  ] as const) {
    it(`RFC 9110 §15.5.16 a body of ${path} in ${encoding} is answered with 415, and what is read`, async () => {
      const headers = { 'Content-Type': type, 'Content-Encoding': encoding };
      const response = await rest.fetch(path, { method: 'POST', headers, body: gzipSync('{}') });
      const { code, location, detail } = await json(response);
      assert.deepEqual(
        [response.status, code, location, detail],
        [415, 'MEDIA_TYPE_UNSUPPORTED', 'Content-Encoding', `${encoding} is not read here: send the body as it is`],
      );
      assert.equal(response.headers.get('accept-encoding'), 'identity');
    });
  }

  it('Content-Encoding: identity is a body as it is', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'Identity' };
    const response = await rest.fetch('/api/v1/messages', { method: 'POST', headers, body: '{}' });
    assert.deepEqual([response.status, (await json(response))['code']], [400, 'REQUEST_INVALID']);
  });

  it('a method of another service is 405, an Expect that is not known is passed over', async () => {
    const response = await rest.fetch('/api/v1/messages', { method: 'PROPFIND' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'DELETE, GET, HEAD, POST');
    const { host, hostname, port } = new URL(rest.api);
    const head = `GET /api/v1/inbox HTTP/1.1\r\nHost: ${host}\r\nExpect: iets\r\nConnection: close\r\n\r\n`;
    const socket = connect(Number(port), hostname);
    socket.write(head);
    assert.match(await text(socket), /^HTTP\/1\.1 200 OK\r\n/);
  });

  it('405 names the methods that are served', async () => {
    const response = await rest.fetch('/api/v1/cpas/a', { method: 'PATCH' });
    assert.equal(response.headers.get('allow'), 'DELETE, GET, HEAD');
  });

  it('ADR security-headers and version-header: every answer carries them, refusals too', async () => {
    for (const path of ['/api/v1/messages', '/api/v1/nope', '/api/v1/messages/%zz']) {
      const { headers } = await rest.fetch(path);
      assert.equal(headers.get('api-version'), '1.0.0', path);
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
      assert.match(headers.get('strict-transport-security') ?? '', /^max-age=/);
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });
});

function post(type: string, body: string): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': type }, body };
}
