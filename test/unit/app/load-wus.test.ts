import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../../src/app/config/config.ts';
import { type LoadedWus, loadWus } from '../../../src/app/load-wus.ts';
import { GatewayError } from '../../../src/errors.ts';
import { partyB } from '../../setup/test-keys.ts';

const SAMPLES = fileURLToPath(new URL('../../../wsdl', import.meta.url));
const OIN = '00000099000000002000';
const HEAD = `name: gemeente
parties: ['urn:osb:oin:00000099000000001000', 'andere']
ebms: { host: 127.0.0.1, tls: { key: k, certificate: c } }
keys: { sign: { key: k, certificate: c }, tlsClient: { key: k, certificate: c }, trust: [t] }
revocation: { mode: off }
`;
const provider = (wsdl: string): string =>
  `{ name: echo, role: provider, wsdl: ${wsdl}, profile: 2W-be-S, partners: ['${OIN}'], backend: { url: 'http://127.0.0.1:9000/', timeoutSeconds: 5 }, logContent: true }`;
const consumer = (certificate: string): string =>
  `{ name: register, role: consumer, wsdl: wsdl/bevraging_v1.wsdl, profile: 2W-be-SE, partner: '${OIN}', endpoint: 'https://r.example/', encryptFor: ${certificate}, mtom: true }`;

describe('services of WUS at start', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-wus-'));
    cpSync(SAMPLES, join(folder, 'wsdl'), { recursive: true });
    writeFileSync(join(folder, 'partner.crt'), partyB.certificatePem);
    writeFileSync(join(folder, 'broken.wsdl'), '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"/>');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const load = (services: readonly string[], more = '', party = "'andere'"): Promise<LoadedWus> => {
    const file = join(folder, 'postiljon.yaml');
    writeFileSync(
      file,
      `${HEAD.replace("'andere'", party)}${more}wus: { limits: { envelope: 1 MiB }, services: [${services.join(', ')}] }\n`,
    );
    return loadWus(readConfig(file, {}));
  };
  const problems = async (services: readonly string[], more = ''): Promise<string> => {
    const thrown: unknown = await load(services, more).catch((error: unknown) => error);
    assert.ok(thrown instanceof GatewayError && thrown.code === 'CONFIG_INVALID');
    return (thrown.detail ?? '').replaceAll(folder, 'F');
  };

  it('have their WSDL, their certificates and what the configuration says', async () => {
    const { services, partners } = await load(
      [provider('wsdl/echo_v1.wsdl'), consumer('partner.crt')],
      `partners: { '${OIN}': { allow: [keyRef, unsignedConfirmation], tlsOin: '00000099000000009000', wusCertificates: [partner.crt], wusEncryptFor: partner.crt }, 'naam': {} }\n`,
    );
    const [echo, register] = services;
    assert.ok(echo?.role === 'provider' && register?.role === 'consumer');
    assert.deepEqual(
      [echo.wsdl.operations.map(({ name }) => name), echo.profile.name, echo.backend.timeoutMs, echo.maxEnvelopeBytes],
      [['echo'], '2W-be-S', 5_000, 2 ** 20],
    );
    assert.deepEqual([[...echo.partners], [...echo.ours], echo.logContent], [[OIN], ['00000099000000001000'], true]);
    const second = "'urn:osb:oin:00000099000000005000'";
    const of = await load(
      [provider('wsdl/echo_v1.wsdl'), consumer('partner.crt')].map((one) =>
        one.replace('{ name', "{ party: '00000099000000005000', name"),
      ),
      '',
      second,
    );
    assert.deepEqual(
      of.services.map((one) => (one.role === 'provider' ? [...one.ours] : one.oin)),
      [['00000099000000005000'], '00000099000000005000'],
    );
    assert.deepEqual([register.oin, register.partner, register.mtom], ['00000099000000001000', OIN, true]);
    const der = Buffer.from(partyB.certificate);
    assert.deepEqual(Buffer.from(register.encryptFor ?? []), der);
    const partner = partners.get(OIN);
    assert.deepEqual(partner?.allow, {
      sha1: false,
      cbc: false,
      rsa15: false,
      keyReferences: true,
      unsignedConfirmation: true,
    });
    assert.deepEqual([partner.tlsOin, partners.size], ['00000099000000009000', 1]);
    assert.deepEqual(
      [partner.encryptFor, ...partner.certificates].map((one) => Buffer.from(one ?? [])),
      [der, der],
    );
  });

  it('a WSDL that is not there is named, with the one that may have been meant', async () => {
    assert.equal(
      await problems([provider('wsdl/echo.wsdl')]),
      'wus.services: echo: wsdl: F/wsdl/echo.wsdl cannot be read (did you mean F/wsdl/echo_v1.wsdl?)',
    );
  });

  it('everything that is wrong with every WSDL and certificate is told at once', async () => {
    const told = await problems([provider('broken.wsdl'), consumer('nope.crt')]);
    assert.match(told, /^wus\.services: echo: wsdl: broken\.wsdl:1 \/definitions: PORT_TYPE_MISSING: .+$/m);
    assert.match(told, /^wus\.services: register: encryptFor: F\/nope\.crt cannot be read$/m);
  });

  it('a certificate that is none is refused', async () => {
    assert.match(await problems([consumer('wsdl/echo_v1.wsdl')]), /register: encryptFor is no usable certificate/);
  });
});
