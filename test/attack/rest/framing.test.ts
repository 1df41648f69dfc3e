import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { newKey, openSecured } from '../../unit/rest/rest-access.ts';
import type { SecuredGateway } from '../../unit/rest/rest-access.ts';

describe('requests to the API that can be read in two ways', () => {
  const key = newKey();
  let rest: SecuredGateway;
  before(async () => {
    rest = await openSecured([{ name: 'a', roles: ['send', 'operate'], keys: key.keys }]);
  });
  after(() => rest.close());

  /** All that comes back until the other side closes. */
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(rest.api).port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => (answer += chunk));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
      socket.write(text);
    });
  const head = (...lines: readonly string[]): string =>
    ['POST /api/v1/messages HTTP/1.1', 'Host: localhost', `Authorization: ${key.bearer}`, ...lines, '', ''].join(
      '\r\n',
    );
  const second = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';

  const cases: readonly (readonly [string, string])[] = [
    [
      'Content-Length and Transfer-Encoding',
      `${head('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${second}`,
    ],
    ['two Content-Lengths', `${head('Content-Length: 0', 'Content-Length: 60')}${second}`],
    ['a Transfer-Encoding that is none', `${head('Transfer-Encoding: xchunked')}0\r\n\r\n${second}`],
    ['a chunk whose size overflows', `${head('Transfer-Encoding: chunked')}fffffffffffffffff\r\n${second}`],
    ['a folded header', `${head('X-Een: a', ' Authorization: Bearer pk_fout')}${second}`],
    ['white space before the colon', `${head('Content-Length : 0')}${second}`],
    ['two hosts', head('Host: elders.example', 'Content-Length: 0', 'Connection: close')],
    ['headers of more than 16 KiB', `${head(`X-Lang: ${'a'.repeat(20_000)}`)}${second}`],
    ['a bare line feed', head('Content-Length: 0').replaceAll('\r\n', '\n') + second],
  ];
  for (const [what, text] of cases) {
    it(`A51 ${what} is one answer of 400, and the connection ends`, async () => {
      const answer = await exchange(text);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1);
      assert.match(answer, /application\/problem\+json/);
      assert.match(answer, /x-content-type-options: nosniff/i);
    });
  }

  it('A57 HTTP/2 is not spoken', async () => {
    assert.match(await exchange('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });

  it('A52 a compressed body is not unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const response = await rest.as(key.bearer, '/api/v1/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(10 * 2 ** 20, 0x20)),
    });
    assert.equal(response.status, 415);
  });

  it('A54 who calls is asked before a body is read', async () => {
    const answer = await exchange(
      'POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000000000\r\nConnection: close\r\n\r\n{',
    );
    assert.match(answer, /^HTTP\/1\.1 401 /);
    assert.match(answer, /connection: close/i);
  });
});
