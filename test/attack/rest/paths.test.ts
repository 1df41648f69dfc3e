import assert from 'node:assert/strict';
import { request } from 'node:http';
import { TERMS, base64, openRestGateway } from '../../unit/rest/rest-gateway.ts';
import type { RestGateway } from '../../unit/rest/rest-gateway.ts';

describe('A56 paths that two programs may read differently', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
    const payloads = [{ contentType: 'text/xml', content: base64('<a/>') }];
    await rest.submit({ ...TERMS, messageId: 'a/b%c@x', payloads });
    await rest.delivered('a/b%c@x');
  });
  after(() => rest.close());

  /** The path as it stands, which fetch would normalise. */
  const get = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(rest.api);
      const outgoing = request({ hostname, port, path, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  it('A56 an id with slash and percent is data and is found', async () => {
    assert.equal(await get('/api/v1/messages/a%2Fb%25c%40x?direction=out'), 200);
    assert.equal(await get('/api/v1/messages/a%2Fb%25c%40x/payloads/1?direction=in'), 200);
  });

  const refused = [
    '/api/v1/../v1/messages',
    '/api/v1/./messages',
    '/api/v1/messages/..',
    '/api/v1/messages/%2e%2e/b',
    '/api/v1/messages/%2E%2e%2Fb',
    '/api/v1/messages/..%2f..%2fetc%2fpasswd',
    '/api/v1/messages/%252e%252e/b',
    '/api/v1/messages/%252e%252e%252fb',
    '/api/v1//messages',
    '//api/v1/messages',
    '/api/v1/messages;x=1',
    '/api/v1/messages/a;jsessionid=1',
    '/api/v1/messages/a%00b',
    '/api/v1/messages/a%0d%0ab',
    '/api/v1/messages/..%5c..%5cx',
    '/api/v1/messages/%c0%ae%c0%ae',
    '/api/v1/messages/%zz',
    `/api/v1/messages/${'a'.repeat(3000)}`,
    `/api/v1/${'a/'.repeat(2000)}b`,
  ];
  for (const path of refused) {
    it(`A56 ${path.slice(0, 60)} is refused with 400`, async () => {
      assert.equal(await get(path), 400);
    });
  }

  it('A56 an encoded slash does not lead to another route', async () => {
    assert.equal(await get('/api/v1%2fmessages'), 404);
    assert.equal(await get('/api/v1/messages%2f'), 404);
  });
});
