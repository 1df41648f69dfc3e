import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CLI, freePort, postiljon, startGateway } from '../../setup/gateway-process.ts';
import type { GatewayProcess } from '../../setup/gateway-process.ts';

const SERVICE = 'urn:osb:services:osb:e2e:1.0';
const SETUP_MS = 60_000;

interface Party {
  readonly folder: string;
  readonly config: string;
  readonly api: string;
}

/** What a newcomer does, with nothing but the commands: two organisations, a contract, a message, and its proof. */
describe('two gateways that were made by `init`', () => {
  let root: string;
  let a: Party;
  let b: Party;
  let running: readonly GatewayProcess[] = [];

  before(async function () {
    this.timeout(SETUP_MS);
    root = mkdtempSync(join(tmpdir(), 'postiljon-e2e-'));
    a = await makeParty('gemeente', '00000099000000001000');
    b = await makeParty('dienst', '00000099000000002000');
    const parties = [a, b].flatMap(({ folder }) => ['--party', join(folder, 'party.yaml')]);
    const terms = ['--service', SERVICE, '--action', 'melden', '--profile', 'osb-rm-s', '--cpa-id', 'e2e'];
    await postiljon('cpa', 'create', ...parties, ...terms, '-o', join(root, 'cpa.xml'));
    running = await Promise.all([a, b].map(({ config, api }) => startGateway(config, api)));
    for (const { config } of [a, b])
      await postiljon('cpa', 'import', join(root, 'cpa.xml'), '--activate', '-c', config);
  });

  after(async () => {
    const codes = await Promise.all(running.map((gateway) => gateway.stop()));
    rmSync(root, { recursive: true, force: true });
    assert.deepEqual(codes, [0, 0], 'SIGTERM drains and ends with 0');
  });

  it('exchange a document and a large attachment, which arrive byte for byte', async () => {
    const files = { 'melding.xml': Buffer.from('<melding>één</melding>'), 'bijlage.bin': randomBytes(3_000_000) };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
    const payloads = Object.keys(files).flatMap((name) => ['--payload', join(root, name)]);
    const terms = ['--cpa', 'e2e', '--from', '00000099000000001000', '--service', SERVICE, '--action', 'melden'];
    const sent = await postiljon('message', 'send', ...terms, ...payloads, '--wait', '--json', '-c', a.config);
    const { messageId, state }: { messageId: string; state: string } = JSON.parse(sent);
    assert.equal(state, 'DELIVERED');
    for (const [index, content] of Object.values(files).entries()) {
      const out = join(root, `out-${index}`);
      await postiljon('message', 'payload', messageId, String(index + 1), '-o', out, '-c', b.config);
      assert.deepEqual(readFileSync(out), content);
    }
    const shown = await postiljon('message', 'show', messageId, '-c', b.config);
    assert.match(shown, /state: +RECEIVED/);
    assert.match(shown, /text\/xml +melding\.xml/);
  });

  it('prove what they exchanged: evidence that a third party checks without a gateway', async () => {
    const terms = ['--cpa', 'e2e', '--from', '00000099000000001000', '--service', SERVICE, '--action', 'melden'];
    const payload = ['--payload', join(root, 'melding.xml')];
    const sent = await postiljon('message', 'send', ...terms, ...payload, '--wait', '--json', '-c', a.config);
    const { messageId }: { messageId: string } = JSON.parse(sent);
    const folder = join(root, 'bewijs');
    await postiljon('evidence', 'export', messageId, '-o', folder, '-c', a.config);
    await assert.rejects(postiljon('evidence', 'export', messageId, '-o', folder, '-c', a.config), { code: 4 });
    assert.match(
      await postiljon('evidence', 'verify', folder),
      /^Holds, but not proven: contract[^\n]*, authorities: sent message[^]*not proven: authorities: /,
    );
    const trust = ['--trust', join(root, 'ca/ca.crt')];
    await assert.rejects(postiljon('evidence', 'verify', '--crl', join(root, 'ca/ca.crt'), folder), { code: 2 });
    const trusting = await postiljon('evidence', 'verify', ...trust, '--crl', join(root, 'ca/ca.crl'), folder);
    assert.match(
      trusting,
      /^Holds, but not proven: contract[^\n]*: sent message[^]* {2}proven: authorities: [^]* {2}proven: authorities: /,
    );
    assert.doesNotMatch(trusting, /not proven: authorities|not proven: revocation/);
    assert.match(
      trusting,
      /\n {2}proven: revocation: not revoked [^\n]*revocation\/1\.crl[^]*\n {2}proven: events: events\.json \(1 event\)/,
    );
    const report: { holds: boolean } = JSON.parse(await postiljon('evidence', 'verify', folder, '--json'));
    assert.equal(report.holds, true);
    writeFileSync(join(folder, 'parts', '1.bin'), 'something else');
    await assert.rejects(postiljon('evidence', 'verify', folder), { code: 4 });
  });

  it('ping each other, and ask what became of a message', async () => {
    const ping = await postiljon('ping', '--cpa', 'e2e', '--from', '00000099000000001000', '-c', a.config);
    assert.match(ping, /^Pong of urn:osb:oin:00000099000000002000 after \d+ ms, by a request of its own/);
    const list = await postiljon('message', 'list', '--direction', 'out', '--json', '-c', a.config);
    const { items }: { items: readonly { messageId: string }[] } = JSON.parse(list);
    const status = await postiljon('status', items[0]?.messageId ?? '', '-c', a.config);
    assert.match(status, /status: +Received\n[^]*The partner has received it\./);
    await assert.rejects(postiljon('status', 'nope@x', '-c', a.config), { code: 3 });
    await assert.rejects(postiljon('ping', '--cpa', 'nope', '--from', '1', '-c', a.config), { code: 3 });
  });

  it('say how an unknown message and a refused one end', async () => {
    await assert.rejects(postiljon('message', 'show', 'nope@x', '-c', a.config), { code: 3 });
    const terms = ['--cpa', 'e2e', '--from', '00000099000000001000', '--service', SERVICE, '--action', 'nope'];
    await assert.rejects(postiljon('message', 'send', ...terms, '-c', a.config), { code: 4 });
  });

  it('give the contract back byte for byte, and the doctor finds them well', async () => {
    assert.equal(await postiljon('cpa', 'export', 'e2e', '-c', b.config), readFileSync(join(root, 'cpa.xml'), 'utf8'));
    assert.match(await postiljon('doctor', '-c', a.config), /Nothing stands in the way/);
  });

  it('are audited while they run: nothing is missing, until a payload file is', async () => {
    const seen: { ok: boolean; acknowledged: number } = JSON.parse(await postiljon('audit', '--json', '-c', b.config));
    assert.ok(seen.ok && seen.acknowledged > 0);
    assert.match(
      await postiljon('audit', '-c', a.config),
      /^submitted \d+ = DELIVERED \d+ [^]*Nothing is missing\.\n$/,
    );
    const [file = assert.fail('no payload file')] = globSync('data/payloads/??/*', { cwd: b.folder });
    renameSync(join(b.folder, file), join(root, 'away'));
    await assert.rejects(postiljon('audit', '--quick', '-c', b.config), (error) => {
      return (
        error instanceof Error &&
        'code' in error &&
        error.code === 1 &&
        'stdout' in error &&
        /PAYLOAD_MISSING received/.test(String(error.stdout))
      );
    });
    renameSync(join(root, 'away'), join(b.folder, file));
  });

  it('tell their events to who follows, each once, across a restart', async () => {
    const child = spawn(process.execPath, [CLI, 'events', '--follow', '--json', '-c', b.config]);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<{ sequence: string; type: string }> => JSON.parse((await lines.next()).value ?? '');
    const known: string[] = [];
    for (let event = await next(); ; event = await next()) {
      known.push(event.sequence);
      if (event.type === 'nl.postiljon.message.received') break;
    }
    const [first, other] = running;
    assert.equal(await other?.stop(), 0);
    if (first !== undefined) running = [first, await startGateway(b.config, b.api)];
    const terms = ['--cpa', 'e2e', '--from', '00000099000000001000', '--service', SERVICE, '--action', 'melden'];
    await postiljon('message', 'send', ...terms, '--message-id', 'volgt@e2e.test', '--wait', '-c', a.config);
    const event = await next();
    child.kill();
    assert.equal(event.type, 'nl.postiljon.message.received');
    assert.ok(Number(event.sequence) > Number(known.at(-1)), 'nothing comes twice');
  });

  it('keep a message for a partner that does not answer', async () => {
    const [, other] = running;
    assert.equal(await other?.stop(), 0);
    const terms = ['--cpa', 'e2e', '--from', '00000099000000001000', '--service', SERVICE, '--action', 'melden'];
    const waiting = postiljon('message', 'send', ...terms, '--wait', '--timeout', '1', '--json', '-c', a.config);
    await assert.rejects(waiting, { code: 5 });
    const [first] = running;
    if (first !== undefined) running = [first, await startGateway(b.config, b.api)];
  });

  const makeParty = async (name: string, oin: string): Promise<Party> => {
    const folder = join(root, name);
    const [port, apiPort] = [await freePort(), await freePort()];
    const keys = ['--test-pki', '--ca', join(root, 'ca'), '--key-bits', '2048'];
    const ports = ['--port', String(port), '--api-port', String(apiPort)];
    await postiljon('init', folder, '--oin', oin, '--name', name, ...keys, ...ports);
    return { folder, config: join(folder, 'postiljon.yaml'), api: `http://127.0.0.1:${apiPort}` };
  };
});
