import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { readConfig } from '../../../src/app/config/config.ts';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { initialise } from '../../../src/app/init.ts';
import type { AppLog } from '../../../src/app/log.ts';
import { issue } from '../../../src/app/pki.ts';
import { startGateway, type RunningGateway } from '../../../src/app/start.ts';

const [OWN, PARTNER] = ['00000099000000001000', '00000099000000002000'];
const WSDL = fileURLToPath(new URL('../../../wsdl/echo_v1.wsdl', import.meta.url));
const ENVIRONMENT = { POSTILJON_EBMS_PORT: '0', POSTILJON_API_PORT: '0', POSTILJON_EBMS_HOST: '127.0.0.1' };

describe('the doctor and services of WUS', function () {
  this.timeout(30_000);
  const said: string[] = [];
  let log: AppLog;
  let root: string;
  let partner: RunningGateway;
  let backend: Server;
  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'postiljon-wus-doctor-'));
    for (const [name, oin] of [
      ['a', OWN],
      ['b', PARTNER],
    ] as const) {
      const ports = { port: 8443, apiPort: 8080 };
      const pki = { testPki: true, ca: join(root, 'ca'), keyBits: 2048 };
      await initialise({ folder: join(root, name), oin, name, ...ports, ...pki });
    }
    log = pino({ level: 'debug' }, { write: (line) => void said.push(line) });
    partner = await startGateway(readConfig(join(root, 'b', 'postiljon.yaml'), ENVIRONMENT), log);
    backend = createServer().listen(0, '127.0.0.1');
    await once(backend, 'listening');
  });
  after(async () => {
    backend.close();
    await partner.stop();
    rmSync(root, { recursive: true, force: true });
  });

  let remedies: readonly (string | undefined)[] = [];
  const doctor = async (services: readonly object[], environment = {}): Promise<readonly string[]> => {
    const given = { ...ENVIRONMENT, POSTILJON_WUS_SERVICES: JSON.stringify(services), ...environment };
    const found = await examine(join(root, 'a', 'postiljon.yaml'), given);
    remedies = found.map(({ remedy }) => remedy);
    return found
      .filter(({ check }) => /^(?:wus|service|partner)\b/.test(check))
      .map(({ level, check, text }) => `${level} ${check}: ${text.replaceAll(root, 'R')}`);
  };

  it('is content with a WSDL, a backend and a partner that answer, and a certificate that holds', async () => {
    const encryptFor = join(root, 'b', 'keys', 'sign.crt');
    const found = await doctor([provider(portOf(backend)), consumer(new URL(partner.ebms).port, encryptFor)]);
    assert.deepEqual(
      found.filter((line) => !line.includes('encryptFor')),
      [
        'ok service echo: provider, 2W-be-S: echo',
        `ok service echo: http://127.0.0.1:${portOf(backend)}/ can be reached`,
        'ok service register: consumer, 2W-be-SE: echo',
        `ok service register: https://localhost:${new URL(partner.ebms).port}/wus/echo can be reached`,
      ],
    );
    const sealed = found.find((line) => line.includes('encryptFor')) ?? '';
    assert.match(sealed, new RegExp(`^ok service register: encryptFor: .*OIN ${PARTNER}`));
  });

  it('is content with a backend that hangs up at once, as a broker does to who says nothing', async () => {
    const broker = createServer((socket) => void socket.on('end', () => socket.resetAndDestroy()));
    broker.listen(0, '127.0.0.1');
    await once(broker, 'listening');
    const found = await doctor([provider(portOf(broker))]);
    const port = portOf(broker);
    broker.close();
    assert.equal(found.at(-1), `ok service echo: http://127.0.0.1:${port}/ can be reached`);
  });

  it('warns of a backend and a partner that cannot be reached', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const port = portOf(gone);
    gone.close();
    await once(gone, 'close');
    const found = await doctor([provider(port), consumer(String(port), join(root, 'b', 'keys', 'sign.crt'))]);
    assert.ok(
      found.some((line) => line.startsWith(`warning service echo: http://127.0.0.1:${port}/ cannot be reached`)),
    );
    assert.ok(
      found.some((line) => /^warning service register: https:.* cannot be reached/.test(line)),
      found.join('\n'),
    );
  });

  it('warns of a certificate of somebody else, and of one that ends soon', async () => {
    const pki = { ca: join(root, 'ca'), out: join(root, 'short'), keyBits: 2048 };
    const soon = await issue({ ...pki, oin: PARTNER, cn: 'b', name: 'soon', days: 20 });
    const services = [consumer(new URL(partner.ebms).port, join(root, 'a', 'keys', 'sign.crt'))];
    const partners = JSON.stringify({ [PARTNER]: { wusEncryptFor: soon.certificate } });
    const found = await doctor(services, { POSTILJON_PARTNERS: partners });
    const told = found.join('\n');
    assert.match(told, new RegExp(`^error service register: encryptFor: .*: it is not of ${PARTNER}$`, 'm'));
    assert.match(told, new RegExp(`^warning partner ${PARTNER}: wusEncryptFor: .*: it ends in (?:19|20) days$`, 'm'));
  });

  it('names everything that is wrong with the WSDLs', async () => {
    const found = await doctor([
      { ...provider(9), wsdl: join(root, 'none.wsdl') },
      consumer('9', join(root, 'none.crt')),
    ]);
    assert.deepEqual(found, [
      'error wus: wus.services: echo: wsdl: R/none.wsdl cannot be read',
      'error wus: wus.services: register: encryptFor: R/none.crt cannot be read',
    ]);
    assert.ok(remedies.some((remedy) => remedy?.includes('postiljon wus validate')));
    assert.ok(remedies.some((remedy) => remedy?.includes('PEM or DER, without a key')));
  });

  it('knows a key from a certificate', async () => {
    const [found] = await doctor([consumer('9', join(root, 'b', 'keys', 'sign.key'))]);
    assert.match(
      found ?? '',
      /^error wus: wus\.services: register: encryptFor is no usable certificate: it holds a private key/,
    );
  });

  it('warns that attachments under 2W-be-SE are bound, and that nobody is proven without TLS', async () => {
    const service = { ...consumer('9', join(root, 'b', 'keys', 'sign.crt')), mtom: true };
    const found = await doctor([{ ...service, endpoint: 'http://localhost:9/wus/echo' }]);
    assert.ok(
      found.some((line) => line.startsWith('warning service register: mtom: 2W-be-SE encrypts the Body alone')),
    );
    assert.ok(
      found.includes('warning service register: http://localhost:9/wus/echo has no TLS: nothing says who is there'),
    );
    assert.ok(remedies.some((remedy) => remedy?.includes('`wus.limits.envelope`')));
  });

  it('has no need to be asked: a start says that a partner is called without TLS', async () => {
    const endpoint = 'http://localhost:9/wus/echo';
    const services = JSON.stringify([{ ...consumer('9', join(root, 'b', 'keys', 'sign.crt')), endpoint }]);
    const environment = { ...ENVIRONMENT, POSTILJON_WUS_SERVICES: services };
    const gateway = await startGateway(readConfig(join(root, 'a', 'postiljon.yaml'), environment), log);
    await gateway.stop();
    assert.ok(said.some((line) => line.includes(endpoint) && line.includes('a partner is called without TLS')));
  });

  it('is not the only one who looks: a connection that ends before any request is no warning', async () => {
    const { port } = new URL(partner.ebms);
    const socket = connect(Number(port), '127.0.0.1', () => socket.end());
    const told = (): string | undefined => said.find((line) => line.includes('ended before any request'));
    while (told() === undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.match(told() ?? '', /"level":20,/);
    assert.ok(!said.some((line) => line.includes('a connection of a partner failed')));
  });

  it('ends the handshake and hangs up, so that a partner has no failed connection', async () => {
    const file = (...path: readonly string[]): Buffer => readFileSync(join(root, ...path));
    const ca = file('ca', 'ca.crt');
    const identity = { key: file('b', 'keys', 'tls.key'), cert: file('b', 'keys', 'tls.crt') };
    const other = createTlsServer({ ...identity, ca, requestCert: true }).listen(0, '127.0.0.1');
    const seen: string[] = [];
    const ended = new Promise<void>((resolve) => {
      other.once('tlsClientError', ({ message }) => resolve(void seen.push(message)));
      other.once('secureConnection', (socket) => {
        socket.on('error', ({ message }) => void seen.push(message));
        socket.resume().once('close', () => resolve());
      });
    });
    await once(other, 'listening');
    await doctor([consumer(String(portOf(other)), join(root, 'b', 'keys', 'sign.crt'))]);
    await ended;
    other.close();
    assert.deepEqual(seen, []);
  });
});

function provider(port: number): object {
  const backend = { url: `http://127.0.0.1:${port}/` };
  return { name: 'echo', role: 'provider', wsdl: WSDL, profile: '2W-be-S', partners: [PARTNER], backend };
}

function consumer(port: string, encryptFor: string): object {
  const endpoint = `https://localhost:${port}/wus/echo`;
  const common = { name: 'register', role: 'consumer', wsdl: WSDL, profile: '2W-be-SE' };
  return { ...common, partner: PARTNER, endpoint, encryptFor };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
