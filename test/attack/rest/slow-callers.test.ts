import assert from 'node:assert/strict';
import { newKey, openSecured } from '../../unit/rest/rest-access.ts';
import type { SecuredGateway } from '../../unit/rest/rest-access.ts';
import { RawPeer } from '../../unit/transport/open-endpoint.ts';

const LIMITS = { json: 1_000, upload: 1_000, parts: 5, headersMs: 60, requestMs: 200 };

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

describe('callers of the API that are slow, or never stop', () => {
  const key = newKey();
  let rest: SecuredGateway;
  let port: number;
  before(async () => {
    rest = await openSecured([{ name: 'a', roles: ['send', 'receive'], keys: key.keys }], {
      options: { limits: LIMITS },
    });
    port = Number(new URL(rest.api).port);
  });
  after(() => rest.close());

  const post = (type: string, ...headers: readonly string[]): string =>
    [
      'POST /api/v1/messages HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: ${key.bearer}`,
      `Content-Type: ${type}`,
      ...headers,
    ]
      .map((line) => `${line}\r\n`)
      .join('') + '\r\n';
  const isServed = async (): Promise<void> => assert.equal((await rest.as(key.bearer, '/api/v1/messages')).status, 200);

  it('A53 REQUEST_TIMEOUT: headers that do not come to their end, and silence, are ended', async () => {
    const slow = new RawPeer(port).send('GET /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ');
    const silent = new RawPeer(port);
    const answer = await slow.untilClosed();
    assert.equal(statusOf(answer), 408);
    assert.match(answer, /"code":"REQUEST_TIMEOUT"/);
    assert.match(await silent.untilClosed(), /^$|^HTTP\/1\.1 408/);
    await isServed();
  });

  for (const type of ['application/json', 'multipart/form-data; boundary=x', 'application/octet-stream'])
    it(`A53 a body of ${type} that does not come is ended`, async () => {
      const answer = await new RawPeer(port).send(post(type, 'Content-Length: 500')).send('{').untilClosed();
      assert.ok([408, 415].includes(statusOf(answer)), answer.slice(0, 100));
      await isServed();
    });

  for (const type of ['application/json', 'multipart/form-data; boundary=x'])
    it(`A53 chunks of ${type} without end are ended by their size`, async () => {
      const peer = new RawPeer(port).send(post(type, 'Transfer-Encoding: chunked'));
      if (type.startsWith('multipart')) {
        const part = '--x\r\nContent-Disposition: form-data; name="payload"; filename="a"\r\n\r\n';
        peer.send(`${part.length.toString(16)}\r\n${part}\r\n`);
      }
      for (let count = 0; count < 500; count += 1) peer.send(`64\r\n${'x'.repeat(100)}\r\n`);
      assert.ok([400, 408, 413].includes(statusOf(await peer.untilClosed())));
      await isServed();
    });
});
