import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import type { IssuedCertificate } from '../../../src/trust/test-pki.ts';
import type { RestOptions } from '../../../adapters/rest/rest-api.ts';
import { systemClock } from '../../../src/clock.ts';
import { createList } from '../../../src/trust/test-crl.ts';
import { Revocation } from '../../../src/trust/revocation/revocation.ts';
import { readCertificate } from '../../../src/cpa/certificate.ts';
import { identityOptions, TLS_PROFILE } from '../../../src/transport/tls-profile.ts';
import { ManualClock } from '../../setup/manual-clock.ts';
import { testTls } from '../../setup/test-tls.ts';
import type { TestTls } from '../../setup/test-tls.ts';
import { run } from '../cli/run.ts';
import type { Run } from '../cli/run.ts';
import { OIN_A } from './rest-gateway.ts';
import { newKey, openSecured } from './rest-access.ts';
import type { SecuredGateway } from './rest-access.ts';

describe('the API by TLS, with client certificates', () => {
  const key = newKey();
  let pki: TestTls;
  let named: IssuedCertificate;
  let rest: SecuredGateway;
  let folder: string;

  before(async () => {
    pki = await testTls();
    named = await issueCertificate({ ca: pki.ca, oin: OIN_A, cn: 'zaaksysteem', keyBits: 2048 });
    const client = readCertificate(der(pki.client))?.subject;
    rest = await openSecured(
      [
        { name: 'oin', roles: ['operate'], certificate: { oin: OIN_A } },
        { name: 'subject', roles: ['send'], certificate: { subject: client } },
        { name: 'sleutel', roles: ['operate'], keys: key.keys },
      ],
      { options: { tls: serverTls() } },
    );
    folder = mkdtempSync(join(tmpdir(), 'postiljon-api-tls-'));
    write('ca.crt', pki.ca.certificate);
    write('key', key.bearer.slice('Bearer '.length));
    write('wrong', 'pk_fout');
    for (const [name, issued] of [
      ['named', named],
      ['client', pki.client],
    ] as const) {
      write(`${name}.crt`, issued.certificate);
      write(`${name}.key`, issued.key);
    }
  });
  after(async () => {
    await rest.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const serverTls = (): NonNullable<RestOptions['tls']> => {
    const identity = { key: pki.server.key, certificate: pki.server.certificate };
    const asks = { ca: [pki.ca.certificate], requestCert: true, rejectUnauthorized: false };
    return { ...TLS_PROFILE, ...identityOptions(identity), ...asks };
  };
  const file = (name: string): string => join(folder, name);
  const write = (name: string, text: string | Buffer): void => writeFileSync(file(name), text);
  const status = (
    identity: IssuedCertificate | undefined,
    path: string,
    authorization?: string,
    api = rest.api,
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      const own = identity === undefined ? {} : { cert: identity.certificate, key: identity.key };
      const headers = authorization === undefined ? {} : { authorization };
      const options = { ...own, ca: pki.ca.certificate, headers, agent: false };
      const outgoing = request(`${api}${path}`, options, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  /** Answers once the stream is open, with all that it will have said when it ends. */
  const followAs = (identity: IssuedCertificate, api: string): Promise<{ readonly said: Promise<string> }> =>
    new Promise((resolve, reject) => {
      const options = { cert: identity.certificate, key: identity.key, ca: pki.ca.certificate, agent: false };
      const outgoing = request(`${api}/api/v1/events/stream`, options, (answer) => resolve({ said: textOf(answer) }));
      outgoing.on('error', reject);
      outgoing.end();
    });
  const ask = (...args: readonly string[]): Promise<Run> =>
    run('message', 'list', '--api', rest.api.replace('127.0.0.1', 'localhost'), ...args);

  it('an application is known by the OIN of its certificate, or by the subject', async () => {
    assert.match(rest.api, /^https:/);
    assert.equal(await status(named, '/metrics'), 200);
    assert.equal(await status(pki.client, '/api/v1/messages'), 200);
    assert.equal(await status(pki.client, '/metrics'), 403);
  });

  it('A71 a certificate of another CA, an expired one, one nobody has, and none at all are 401', async () => {
    const ca = await createCa({ name: 'CA', keyBits: 2048 });
    const twin = await issueCertificate({ ca, oin: OIN_A, cn: 'zaaksysteem', keyBits: 2048 });
    const inName = await issueCertificate({ ca: pki.ca, oin: '00000099000000009000', cn: OIN_A, keyBits: 2048 });
    for (const one of [twin, inName, pki.expired, pki.stranger, pki.secondClient, undefined])
      assert.equal(await status(one, '/api/v1/messages'), 401);
    assert.equal(await status(undefined, '/health/live'), 200);
  });

  it('A69 a certificate that its CA has revoked is 401; the others, and one whose CA has no list, go on', async () => {
    const revocation = new Revocation({
      mode: 'require',
      authorities: [],
      inside: [Buffer.from(pki.ca.certificate)],
      files: [file('ca.crl')],
      maxBytes: 2 ** 20,
      download: undefined,
      clock: systemClock,
      failed: () => undefined,
    });
    const clock = new ManualClock(Date.now());
    const second = await openSecured([{ name: 'oin', roles: ['operate'], certificate: { oin: OIN_A } }], {
      clock,
      options: { tls: serverTls() },
      refuseRevoked: (certificate) => revocation.refuseNamed(certificate),
    });
    try {
      const list = (revoke: readonly string[]): Promise<void> =>
        createList({ ca: pki.ca, revoke }).then((text) => write('ca.crl', text));
      const answers = (): Promise<number> => status(named, '/metrics', undefined, second.api);
      assert.equal(await answers(), 200);
      await list([]);
      await revocation.poll();
      assert.equal(await answers(), 200);
      const stream = await followAs(named, second.api);
      await list([named.certificate]);
      await revocation.poll();
      assert.equal(await answers(), 401);
      clock.advance(15_000);
      assert.match(await stream.said, /\nevent: problem\ndata: \{.*"code":"UNAUTHENTICATED".*\}\n\n$/);
      assert.deepEqual(revocation.lists(), [], 'no partner depends on it');
    } finally {
      revocation.stop();
      await second.close();
    }
  });

  it('a key is read where there is one, and a wrong one is not mended by a right certificate', async () => {
    assert.equal(await status(undefined, '/metrics', key.bearer), 200);
    assert.equal(await status(pki.client, '/metrics', key.bearer), 200);
    assert.equal(await status(named, '/metrics', 'Bearer pk_fout'), 401);
  });

  it('commands show a key or a certificate, and say what is missing', async () => {
    const ca = ['--api-ca', file('ca.crt')];
    const certificate = ['--api-cert', file('named.crt'), '--api-cert-key', file('named.key')];
    assert.equal((await ask(...ca, ...certificate)).code, 0);
    assert.equal((await ask(...ca, '--api-key', file('key'))).code, 0);
    const unknown = await ask(...ca);
    assert.equal(unknown.code, 4);
    assert.match(unknown.stderr, /UNAUTHENTICATED[^]*--api-key FILE/);
    assert.equal((await ask(...ca, '--api-key', file('wrong'))).code, 4);
    assert.equal((await ask(...ca, '--api-key', file('nergens'))).code, 3);
    assert.equal((await ask(...ca, '--api-cert', file('named.crt'))).code, 2);
    const distrusted = await ask('--api-key', file('key'));
    assert.equal(distrusted.code, 5);
    assert.match(distrusted.stderr, /certificate/);
    const sender = ['--api-cert', file('client.crt'), '--api-cert-key', file('client.key')];
    const refused = await run('refusal', 'list', '--api', rest.api.replace('127.0.0.1', 'localhost'), ...ca, ...sender);
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /NOT_ALLOWED[^]*subject[^]*refusals:read[^]*api\.applications/);
  });

  it('commands take the key of the environment', async () => {
    process.env['POSTILJON_API_KEY'] = key.bearer.slice('Bearer '.length);
    try {
      assert.equal((await ask('--api-ca', file('ca.crt'))).code, 0);
    } finally {
      delete process.env['POSTILJON_API_KEY'];
    }
  });
});

function der({ certificate }: IssuedCertificate): Uint8Array {
  return Buffer.from(certificate.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}
