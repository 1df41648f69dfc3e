import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { GatewayError } from '../../../src/errors.ts';
import type { EgressRules } from '../../../src/ports/egress.ts';
import { createEgress, type Resolve } from '../../../src/transport/egress-client.ts';

const RULES: EgressRules = { networks: [], allowPlain: true };

const resolvesTo =
  (...addresses: readonly string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: 4 })));

describe('A76 requests to addresses that a configuration names', () => {
  let server: Server;
  let port: number;
  let paths: string[];
  let answer: (response: ServerResponse) => void;
  before(async () => {
    server = createServer((request, response) => {
      paths.push(request.url ?? '');
      request.resume();
      answer(response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  beforeEach(() => {
    paths = [];
    answer = (response) => response.end('ok');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = async (
    host: string,
    { rules = RULES, resolve = resolvesTo('127.0.0.1'), timeoutMs = 5_000, scheme = 'http' } = {},
  ): Promise<string> => {
    const egress = createEgress(rules, resolve);
    try {
      const url = `${scheme}://${host}:${port}/hook`;
      const { status, body } = await egress.request({
        url,
        method: 'POST',
        headers: {},
        body: Buffer.from('x'),
        timeoutMs,
      });
      return `${status} ${body.length}`;
    } catch (error) {
      return error instanceof GatewayError ? error.code : String(error);
    } finally {
      await egress.close();
    }
  };

  const inside = [
    '10.0.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[fd00::1]',
    '[fec0::1]',
    '[2001:0:7f00:1::1]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:10.0.0.1]',
  ];
  for (const host of inside) {
    it(`an address of the own network is not asked: ${host}`, async () => {
      assert.equal(await ask(host), 'EGRESS_REFUSED');
    });
  }

  it('a name that leads inside is not asked, whatever else it leads to; nor one that leads to this machine', async () => {
    assert.equal(await ask('rebound.example', { resolve: resolvesTo('10.0.0.1') }), 'EGRESS_REFUSED');
    assert.equal(await ask('rebound.example', { resolve: resolvesTo('127.0.0.1') }), 'EGRESS_REFUSED');
    assert.deepEqual(paths, []);
  });

  it('DNS rebinding: the connection goes to the address that was judged; the name is not asked again', async () => {
    let asked = 0;
    const rules = { ...RULES, networks: ['127.0.0.1'] };
    const resolve: Resolve = () => Promise.resolve([{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
    assert.equal(await ask('rebound.example', { rules, resolve }), '200 2');
    assert.deepEqual([asked, paths], [1, ['/hook']]);
  });

  it('what is named may be asked: a host, an address, a network; this machine by its own address', async () => {
    for (const networks of [['zaak.intern'], ['127.0.0.1'], ['127.0.0.0/8']])
      assert.equal(await ask('zaak.intern', { rules: { ...RULES, networks } }), '200 2');
    assert.equal(await ask('ander.intern', { rules: { ...RULES, networks: ['zaak.intern'] } }), 'EGRESS_REFUSED');
    assert.equal(await ask('127.0.0.1'), '200 2');
  });

  it('http:// is for this machine alone unless it is allowed; other schemes and passwords in the address never', async () => {
    const rules = { ...RULES, allowPlain: false, networks: ['zaak.intern'] };
    assert.equal(await ask('zaak.intern', { rules }), 'EGRESS_REFUSED');
    assert.equal(await ask('127.0.0.1', { rules }), '200 2');
    assert.equal(await ask('127.0.0.1', { scheme: 'file' }), 'EGRESS_REFUSED');
    assert.equal(await ask('user:word@127.0.0.1'), 'EGRESS_REFUSED');
  });

  it('a redirect is an answer and is not followed', async () => {
    answer = (response) => response.writeHead(307, { location: '/elsewhere' }).end();
    assert.equal(await ask('127.0.0.1'), '307 0');
    assert.deepEqual(paths, ['/hook']);
  });

  it('an answer of any length is cut at 64 KiB, and one that never ends is broken off', async () => {
    answer = (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    };
    assert.equal(await ask('127.0.0.1'), '200 65536');
    answer = (response) => response.write('a');
    assert.equal(await ask('127.0.0.1', { timeoutMs: 100 }), 'HANDOVER_FAILED');
  });
});
