import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createListFetcher } from '../../../src/transport/list-fetcher.ts';
import { isPublicAddress } from '../../../src/transport/public-address.ts';

const UNREACHABLE = { code: 'CRL_UNREACHABLE' };
const MAX = 1_000;

describe('A73 addresses of revocation lists that a certificate names', () => {
  let server: Server;
  let host: string;
  let asked: string[] = [];
  let answer: RequestListener;

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    answer = (_request, response) => response.end('list');
  });

  it('a host that the configuration names is asked, also in the own network [Digikoppeling PKI004]', async () => {
    const octets = await createListFetcher({ hosts: [host] })(`http://${host}/a.crl`, MAX);
    assert.equal(Buffer.from(octets).toString(), 'list');
  });

  const inside: readonly string[] = [
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://172.31.255.255/',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://100.100.100.200/',
  ];
  for (const url of inside) {
    it(`A73 ${url} is not asked`, async () => {
      const real = url.replace('PORT', host.split(':')[1] ?? '');
      await assert.rejects(createListFetcher({ hosts: [], timeoutMs: 2_000 })(real, MAX), UNREACHABLE);
      assert.deepEqual(asked, []);
    });
  }

  for (const url of [
    'file:///etc/passwd',
    'ldap://crl.example/cn=x',
    'ftp://crl.example/x',
    'http://u:p@crl.example/',
    'x',
  ]) {
    it(`A73 ${url} is no address of a list`, async () => {
      await assert.rejects(createListFetcher({ hosts: [] })(url, MAX), UNREACHABLE);
    });
  }

  it('A73 a host beside the allow-list is not asked', async () => {
    await assert.rejects(createListFetcher({ hosts: ['crl.example'] })(`http://${host}/`, MAX), UNREACHABLE);
    assert.deepEqual(asked, []);
  });

  it('A73 a redirect is not followed', async () => {
    answer = (request, response) =>
      request.url === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end('list');
    await assert.rejects(createListFetcher({ hosts: [host] })(`http://${host}/a`, MAX), UNREACHABLE);
    assert.deepEqual(asked, ['/a']);
  });

  it('A73 a list of 200 MB is left after the cap', async () => {
    let sent = 0;
    answer = (_request, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (sent < 200_000_000 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    };
    await assert.rejects(createListFetcher({ hosts: [host] })(`http://${host}/`, 1_000_000), UNREACHABLE);
    assert.ok(sent < 20_000_000, String(sent));
  });

  it('A73 one that trickles for ever is left in time', async () => {
    answer = (_request, response) => void response.write('a');
    await assert.rejects(createListFetcher({ hosts: [host], timeoutMs: 200 })(`http://${host}/`, MAX), UNREACHABLE);
  });

  it('A73 an address outside is one of the Internet', () => {
    for (const address of ['8.8.8.8', '93.184.216.34', '2001:4860:4860::8888'])
      assert.ok(isPublicAddress(address), address);
    for (const address of [
      '224.0.0.1',
      '255.255.255.255',
      '::',
      'fc00::1',
      '64:ff9b::a00:1',
      '2002:7f00:1::',
      'localhost',
    ])
      assert.ok(!isPublicAddress(address), address);
  });
});
