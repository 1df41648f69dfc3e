import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { createCa, issueCertificate, type IssueOptions, type TestCa } from '../../../src/trust/test-pki.ts';
import { openIdProvider } from '../../setup/openid-provider.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

const BITS = { keyBits: 2048 };

describe('the doctor and the API', function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  let root: TestCa;
  let ca: TestCa;
  before(async () => {
    root = await createCa({ name: 'wortel', ...BITS });
    ca = await createCa({ name: 'tussen', issuer: root, ...BITS });
  });

  const write = (name: string, text: string): void => writeFileSync(join(folder(), name), text);
  const issue = async (more: Partial<IssueOptions> = {}): Promise<{ certificate: string; key: string }> =>
    issueCertificate({ ca, oin: '00000099000000001000', cn: 'api', ...BITS, ...more });
  const doctor = async (api: object): Promise<readonly string[]> => {
    write(
      'postiljon.yaml',
      "name: g\nparties: ['00000099000000001000']\nebms: { host: 127.0.0.1, port: 0, tls: off }\n",
    );
    const environment = Object.fromEntries(
      Object.entries(api).map(([key, value]) => [`POSTILJON_API_${key}`, String(value)]),
    );
    const found = await examine(join(folder(), 'postiljon.yaml'), { POSTILJON_API_PORT: '0', ...environment });
    for (const { level, remedy } of found) assert.equal(remedy === undefined, level === 'ok');
    return found
      .filter(({ check }) => /^api\.(?:tls|oidc)/.test(check))
      .map(({ level, check, text }) => `${level} ${check}: ${text}`);
  };
  const TLS = { TLS_KEY: 'api.key', TLS_CERTIFICATE: 'api.crt' };

  it('is content with a certificate that holds for its names, with the one that issued it', async () => {
    const { certificate, key } = await issue();
    write('api.key', key);
    write('api.crt', certificate + ca.certificate);
    write('callers.crt', root.certificate);
    const found = await doctor({ ...TLS, NAMES: '["localhost"]', TLS_CLIENT_CA: 'callers.crt' });
    assert.equal(found.length, 2);
    for (const line of found) assert.match(line, /^ok api\.tls(?:\.clientCa)?: /);
  });

  it('finds a key of another certificate, an order that is wrong, names that are missing, and what has ended', async () => {
    const [good, other] = await Promise.all([issue(), issue()]);
    write('api.key', other.key);
    write('api.crt', good.certificate);
    assert.deepEqual(await doctor(TLS), ['error api.tls: the key does not belong to the certificate']);

    write('api.key', good.key);
    write('api.crt', good.certificate + root.certificate);
    const wrong = await doctor({ ...TLS, NAMES: '["api.voorbeeld.example"]' });
    assert.deepEqual(wrong.slice(1), [
      'error api.tls: certificate 2 of the file did not issue the one before it',
      'warning api.tls: the certificate is not for api.voorbeeld.example',
    ]);

    const ended = await issue({ days: -1 });
    write('api.key', ended.key);
    write('api.crt', ended.certificate);
    assert.match((await doctor(TLS))[0] ?? '', /^error api\.tls: has ended/);

    const soon = await issue({ days: 3 });
    write('api.key', soon.key);
    write('api.crt', soon.certificate);
    assert.match((await doctor(TLS))[0] ?? '', /^warning api\.tls: ends in \d days/);
    assert.match((await doctor({ ...TLS, TLS_CLIENT_CA: 'nergens.crt' })).at(-1) ?? '', /^error api\.tls\.clientCa: /);
  });

  it('asks the provider of tokens for its keys, and says what keeps it from having them', async () => {
    const provider = await openIdProvider();
    try {
      const terms = { OIDC_ISSUER: provider.issuer, OIDC_AUDIENCE: 'postiljon' };
      assert.deepEqual(await doctor(terms), [`ok api.oidc: ${provider.issuer} shows its keys: 1`]);
      assert.equal(provider.keyRequests, 1);
    } finally {
      await provider.close();
    }
    const gone = await doctor({ OIDC_ISSUER: provider.issuer, OIDC_AUDIENCE: 'postiljon' });
    assert.match(gone[0] ?? '', new RegExp(`^error api\\.oidc: ${provider.issuer}`));
  });

  it('a provider without keys, and one that says it is another, are of no use', async () => {
    let issuer = '';
    const server = createServer((request, response) => {
      const document = request.url === '/leeg' ? { keys: [] } : { issuer, jwks_uri: `${address}/leeg` };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = server.address();
    const address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
    try {
      issuer = address;
      const terms = { OIDC_ISSUER: address, OIDC_AUDIENCE: 'postiljon' };
      assert.deepEqual(await doctor(terms), [`error api.oidc: ${address} shows no keys`]);
      issuer = 'https://ander.example';
      assert.match((await doctor(terms))[0] ?? '', /^error api\.oidc: .* is of another issuer/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
