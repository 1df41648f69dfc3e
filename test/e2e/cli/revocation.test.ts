import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayProcess } from '../../setup/gateway-process.ts';
import { postiljon } from '../../setup/gateway-process.ts';
import type { Organisation } from '../../setup/organisation.ts';
import { makeTwoOrganisations, startUnder } from '../../setup/two-organisations.ts';

const TERMS = { service: 'urn:osb:services:osb:e2e:1.0', action: 'melden' };
const CPA_ID = 'revocation';
const PATIENCE_MS = 30_000;

/** Two organisations that read the list of one test CA, as `init` sets them up. */
describe('revocation, with the commands alone', function () {
  this.timeout(2 * PATIENCE_MS);
  let root: string;
  let a: Organisation;
  let b: Organisation;
  let running: readonly GatewayProcess[] = [];

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'postiljon-revocation-'));
    [a, b] = await makeTwoOrganisations(root, ['gemeente', 'dienst'], 2048);
    const parties = [a, b].flatMap(({ folder }) => ['--party', join(folder, 'party.yaml')]);
    const terms = ['--service', TERMS.service, '--action', TERMS.action, '--profile', 'osb-rm-s', '--cpa-id', CPA_ID];
    const file = join(root, 'cpa.xml');
    await postiljon('cpa', 'create', ...parties, ...terms, '--sync', '--retry-interval', '1', '-o', file);
    const contract = { ...TERMS, cpaId: CPA_ID, file, profile: 'osb-rm-s', sync: true };
    running = await Promise.all([a, b].map((one) => startUnder(one, contract)));
    writeFileSync(join(root, 'bericht.xml'), '<bericht/>');
  });
  after(async () => {
    const codes = await Promise.all(running.map((gateway) => gateway.stop()));
    rmSync(root, { recursive: true, force: true });
    assert.deepEqual(codes, [0, 0]);
  });

  const pki = (command: string, ...args: readonly string[]): Promise<string> =>
    postiljon('pki', command, ...args, '--ca', join(root, 'ca'));
  const send = async (): Promise<string> => {
    const terms = ['--cpa', CPA_ID, '--from', a.oin, '--service', TERMS.service, '--action', TERMS.action];
    const payload = ['--payload', `${join(root, 'bericht.xml')}=text/xml`];
    const sent: { messageId: string } = JSON.parse(
      await postiljon('message', 'send', ...terms, ...payload, '--json', '-c', a.config),
    );
    return sent.messageId;
  };
  /** Asks until the answer fits. */
  const until = async (url: string, fits: (text: string) => boolean): Promise<string> => {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
      const text = await (await fetch(url)).text();
      if (fits(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${url} did not come to what was waited for`);
  };
  const attemptsOf = (messageId: string): string => `${a.apiUrl}/api/v1/messages/${messageId}/attempts`;
  const isDelivered = (messageId: string): Promise<string> =>
    until(`${a.apiUrl}/api/v1/messages/${messageId}`, (text) => text.includes('"DELIVERED"'));
  /** Both gateways have read the list with so many entries. */
  const haveRead = async (entries: number): Promise<void> => {
    const line = new RegExp(`^postiljon_revocation_list_entries\\{.*\\} ${entries}$`, 'm');
    await Promise.all([a, b].map(({ apiUrl }) => until(`${apiUrl}/metrics`, (text) => line.test(text))));
  };

  it('a list that has ended stops messages without ending them, and the next one lets them through [Digikoppeling PKI004]', async () => {
    await isDelivered(await send());
    await pki('crl', '--days', '0');
    await until(`${a.apiUrl}/health/ready`, (text) => text.includes('has ended'));
    const messageId = await send();
    await until(attemptsOf(messageId), (text) => text.includes('REVOCATION_UNKNOWN'));
    const doctor = await postiljon('doctor', '-c', a.config).catch((error: { stdout?: string }) => error.stdout ?? '');
    assert.match(doctor, /the list of .*TEST CA.* ended/);
    await pki('crl');
    await isDelivered(messageId);
  });

  it('a signing certificate that is revoked: the next message is refused [Digikoppeling PKI003]', async () => {
    await pki('revoke', join(a.folder, 'keys', 'sign.crt'));
    await haveRead(1);
    await send();
    await until(`${b.apiUrl}/api/v1/refusals`, (text) => text.includes('CERTIFICATE_REVOKED'));
    const doctor = await postiljon('doctor', '-c', a.config).catch((error: { stdout?: string }) => error.stdout ?? '');
    assert.match(doctor, /keys\.sign.*is revoked/);
  });

  it('a TLS certificate that is revoked: nothing is sent there any more [Digikoppeling PKI003]', async () => {
    await pki('revoke', join(b.folder, 'keys', 'tls.crt'));
    await haveRead(2);
    const messageId = await send();
    await until(attemptsOf(messageId), (text) => text.includes('CERTIFICATE_REVOKED'));
  });
});
