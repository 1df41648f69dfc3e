import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContract } from '../../../src/app/contracts.ts';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { issue } from '../../../src/app/pki.ts';
import { ownCertificates, warnOfCertificates } from '../../../src/app/own-certificates.ts';
import { initialise } from '../../../src/app/init.ts';
import { createLog } from '../../../src/app/log.ts';
import { readConfig } from '../../../src/app/config/config.ts';
import { startGateway } from '../../../src/app/start.ts';
import { GatewayError } from '../../../src/errors.ts';

const KEY_BITS = 2048;
const DAY_MS = 86_400_000;
const ENVIRONMENT = { POSTILJON_EBMS_PORT: '0', POSTILJON_API_PORT: '0', POSTILJON_EBMS_HOST: '127.0.0.1' };
const log = createLog({ level: 'silent', name: 'test' });

describe('a new gateway', () => {
  let root: string;
  let a: string;
  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'postiljon-init-'));
    a = join(root, 'a');
    await init(a, '00000099000000001000', 'gemeente');
    await init(join(root, 'b'), '00000099000000002000', 'dienst');
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const init = (folder: string, oin: string, name: string) =>
    initialise({
      folder,
      oin,
      name,
      port: 8443,
      apiPort: 8080,
      testPki: true,
      ca: join(root, 'ca'),
      keyBits: KEY_BITS,
    });
  const configFile = (): string => join(a, 'postiljon.yaml');
  const doctor = async (environment = {}): Promise<readonly string[]> =>
    (await examine(configFile(), { ...ENVIRONMENT, ...environment })).map(
      ({ level, check, text }) => `${level} ${check}: ${text}`,
    );

  it('has configuration, data, keys and a public half, the keys for the owner alone', () => {
    assert.deepEqual(readdirSync(a).sort(), ['data', 'keys', 'party.yaml', 'postiljon.yaml']);
    assert.deepEqual(readdirSync(join(a, 'keys')).sort(), ['ca.crt', 'sign.crt', 'sign.key', 'tls.crt', 'tls.key']);
    for (const name of ['sign.key', 'tls.key']) assert.equal(statSync(join(a, 'keys', name)).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(join(a, 'party.yaml'), 'utf8'), /PRIVATE/);
  });

  it('has certificates with its OIN from the shared CA', () => {
    const certificate = new X509Certificate(readFileSync(join(a, 'keys', 'sign.crt')));
    assert.match(certificate.subject, /serialNumber=00000099000000001000/);
    const others = readFileSync(join(root, 'b', 'keys', 'ca.crt'));
    assert.deepEqual(readFileSync(join(a, 'keys', 'ca.crt')), others);
    assert.ok(certificate.verify(new X509Certificate(others).publicKey));
  });

  it('is never made over another one', async () => {
    const before = readFileSync(configFile());
    await assert.rejects(
      init(a, '00000099000000001000', 'x'),
      (error) => error instanceof GatewayError && error.code === 'FILE_EXISTS',
    );
    assert.deepEqual(readFileSync(configFile()), before);
  });

  it('wants an OIN', async () => {
    await assert.rejects(init(join(root, 'c'), '123', 'x'), /is no OIN/);
  });

  it('is found well by the doctor', async () => {
    const found = await doctor();
    assert.deepEqual(
      found.filter((line) => !line.startsWith('ok ')),
      [],
    );
    assert.ok(found.some((line) => /^ok keys\.sign: .*OIN 00000099000000001000/.test(line)));
  });

  it('the doctor names what is wrong and what to do', async () => {
    const key = join(a, 'keys', 'sign.key');
    const good = readFileSync(key);
    writeFileSync(key, readFileSync(join(a, 'keys', 'tls.key')));
    chmodSync(key, 0o644);
    const found = await examine(configFile(), {
      ...ENVIRONMENT,
      POSTILJON_PRT: '1',
      POSTILJON_KEYS_TRUST: '[]',
      POSTILJON_EBMS_TLS_CLIENT_CA: 'keys/ca.crt',
    });
    writeFileSync(key, good);
    chmodSync(key, 0o600);
    const bad = found.filter(({ level }) => level !== 'ok');
    assert.deepEqual(bad.map(({ level, check }) => `${level} ${check}`).sort(), [
      'error keys',
      'error keys.sign',
      'warning configuration',
      'warning ebms.tls',
      'warning folders',
      'warning keys.tlsClient',
    ]);
    assert.ok(bad.every(({ remedy }) => remedy !== undefined && remedy !== ''));
  });

  it('the doctor tells of a configuration that cannot be read', async () => {
    assert.deepEqual(
      (await examine(join(root, 'nope.yaml'), {})).map(({ level, check }) => [level, check]),
      [['error', 'configuration']],
    );
  });

  it('starts, answers, stops, and leaves a store that the doctor opens, contracts included', async () => {
    const config = readConfig(configFile(), ENVIRONMENT);
    const gateway = await startGateway(config, log);
    try {
      assert.equal((await fetch(`${gateway.api}/health/ready`)).status, 200);
      const body = await contract();
      const headers = { 'Content-Type': 'text/xml' };
      const imported = await fetch(`${gateway.api}/api/v1/cpas?activate=true`, {
        method: 'POST',
        headers,
        body: Buffer.from(body),
      });
      assert.equal(imported.status, 201);
    } finally {
      await gateway.stop();
    }
    const found = await doctor();
    assert.ok(
      found.some((line) => line.includes('1 of 1 contracts are active')),
      found.join('\n'),
    );
    assert.ok(
      found.some((line) => /^warning contract .* cannot be reached/.test(line)),
      found.join('\n'),
    );
  });

  it('the doctor sees that the key of a contract is not ours', async () => {
    const other = { sign: join(root, 'b', 'keys', 'sign') };
    const found = await doctor({
      POSTILJON_KEYS_SIGN_KEY: `${other.sign}.key`,
      POSTILJON_KEYS_SIGN_CERTIFICATE: `${other.sign}.crt`,
    });
    assert.ok(
      found.some((line) => /^error contract .*no key for certificate .* signs for/.test(line)),
      found.join('\n'),
    );
    assert.ok(
      found.some((line) => /^error contract .*no key for certificate .* are encrypted for/.test(line)),
      found.join('\n'),
    );
    assert.ok(
      found.some((line) => /^warning keys\.sign: OIN 00000099000000002000 .*none of/.test(line)),
      found.join('\n'),
    );
  });

  it('the doctor warns of a certificate that ends within 30 days, and the start says so', async () => {
    const { key, certificate } = await issue({
      ca: join(root, 'ca'),
      out: join(root, 'short'),
      oin: '00000099000000001000',
      cn: 'gemeente',
      name: 'sign',
      days: 20,
      keyBits: KEY_BITS,
    });
    const found = await doctor({ POSTILJON_KEYS_SIGN_KEY: key, POSTILJON_KEYS_SIGN_CERTIFICATE: certificate });
    assert.ok(
      found.some((line) => /^warning keys\.sign: ends in (19|20) days/.test(line)),
      found.join('\n'),
    );
    const loaded = {
      location: 'keys.sign',
      key: readFileSync(key),
      certificate: readFileSync(certificate),
      passphrase: undefined,
    };
    const own = ownCertificates([loaded, undefined]);
    const said = (now: number): readonly string[] => {
      const lines: string[] = [];
      const note = (level: string) => (_: object, message: string) => void lines.push(`${level}: ${message}`);
      const [debug, info, warn, error] = [note('debug'), note('info'), note('warn'), note('error')];
      warnOfCertificates(own, now, { debug, info, warn, error });
      return lines;
    };
    assert.deepEqual(said(Date.now()), ['warn: a certificate ends soon']);
    assert.deepEqual(said(Date.now() + 21 * DAY_MS), ['error: a certificate has ended: partners will refuse it']);
    assert.deepEqual(said(Date.now() - 1000 * DAY_MS), [
      'error: a certificate is not valid yet: partners will refuse it',
    ]);
  });

  it('the doctor looks at the contracts of a gateway that runs, and changes nothing', async () => {
    const gateway = await startGateway(readConfig(configFile(), ENVIRONMENT), log);
    try {
      const found = await doctor({ POSTILJON_API_PORT: new URL(gateway.api).port });
      assert.ok(
        found.some((line) => line.includes('1 of 1 contracts are active')),
        found.join('\n'),
      );
      assert.ok(found.some((line) => /^ok disk: \d+ MiB free/.test(line)));
    } finally {
      await gateway.stop();
    }
  });

  it('a variable that is nearly a setting is named with the one that was meant', async () => {
    const found = await doctor({ POSTILJON_STORE_ULR: 'x', POSTILJON_SERVICE_HOST: 'x' });
    assert.ok(found.some((line) => /POSTILJON_STORE_ULR is no setting .*did you mean POSTILJON_STORE_URL/.test(line)));
    assert.ok(found.some((line) => line.includes('POSTILJON_SERVICE_HOST is no setting')));
  });

  it('a party file with a tag that nobody knows is refused', async () => {
    const file = join(root, 'tagged.yaml');
    writeFileSync(file, readFileSync(join(a, 'party.yaml'), 'utf8').replace('name: ', 'name: !strange '));
    await assert.rejects(
      createContract({
        partyFiles: [file, join(root, 'b', 'party.yaml')],
        service: 'urn:osb:services:test:1.0',
        actions: ['melden'],
        profile: 'osb-rm-e',
      }),
      (error) => error instanceof GatewayError && error.code === 'PARTY_FILE_INVALID' && error.location === file,
    );
  });

  it('does not start on a port that is taken, and lets go of its store', async () => {
    const first = await startGateway(readConfig(configFile(), ENVIRONMENT), log);
    const { port } = new URL(first.api);
    const second = {
      ...ENVIRONMENT,
      POSTILJON_DATA: join(root, 'other'),
      POSTILJON_STORE_URL: `sqlite:${join(root, 'other.db')}`,
    };
    const config = readConfig(configFile(), { ...second, POSTILJON_API_PORT: port });
    await assert.rejects(
      startGateway(config, log),
      (error) => error instanceof GatewayError && error.location === 'api.port',
    );
    await first.stop();
    const again = await startGateway(readConfig(configFile(), second), log);
    await again.stop();
  });

  const contract = (): Promise<Uint8Array> =>
    createContract({
      partyFiles: [join(a, 'party.yaml'), join(root, 'b', 'party.yaml')],
      service: 'urn:osb:services:test:1.0',
      actions: ['melden'],
      profile: 'osb-rm-e',
    });
});
