import assert from 'node:assert/strict';
import { request } from 'node:http';
import { TERMS, openRestGateway } from '../../unit/rest/rest-gateway.ts';
import type { RestGateway } from '../../unit/rest/rest-gateway.ts';

describe('a web page on the same machine cannot use the API', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway({ names: ['postiljon.intern'] });
  });
  after(() => rest.close());

  const status = (headers: Record<string, string>, path = '/api/v1/messages'): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(rest.api);
      const outgoing = request({ hostname, port, path, headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  it('programs and pages of the same origin are served', async () => {
    const { host } = new URL(rest.api);
    assert.equal(await status({}), 200);
    assert.equal(await status({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }), 200);
    assert.equal(await status({ host: 'postiljon.intern:8080' }), 200);
    assert.equal(await status({ host: 'LOCALHOST:8080' }), 200);
  });

  it('requests of another origin are refused', async () => {
    assert.equal(await status({ origin: 'https://elders.example' }), 403);
    assert.equal(await status({ origin: 'null' }), 403);
    assert.equal(await status({ 'sec-fetch-site': 'cross-site' }), 403);
  });

  it('requests to a name that points to this machine are refused (DNS rebinding)', async () => {
    assert.equal(await status({ host: 'elders.example' }), 403);
    assert.equal(await status({ host: 'localhost.elders.example:80' }), 403);
    assert.equal(await status({ host: 'elders.example' }, '/health/ready'), 403);
  });

  it('a form that a page sends is refused before it is read', async () => {
    const response = await rest.fetch('/api/v1/messages', {
      method: 'POST',
      body: new URLSearchParams({ message: JSON.stringify(TERMS) }),
      headers: { Origin: 'https://elders.example' },
    });
    assert.equal(response.status, 403);
    assert.deepEqual((await rest.gateway.stats()).states, {});
  });
});
