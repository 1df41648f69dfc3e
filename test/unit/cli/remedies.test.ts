import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { run } from './run.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const OIN = '00000099000000001000';
const SEND = ['--cpa', 'x', '--from', 'a', '--service', 's', '--action', 'a'];

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : assert.fail();
}

async function requireSaid(args: readonly string[], exit: number, said: RegExp): Promise<void> {
  const { code, stderr } = await run(...args);
  assert.match(stderr, said, args.join(' '));
  assert.equal(code, exit, args.join(' '));
  assert.doesNotMatch(stderr, /INTERNAL|\n\s+at /);
}

describe('what a command says when something is wrong', function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server;
  let api: readonly string[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-remedies-'));
    mkdirSync(join(folder, 'dir'));
    writeFileSync(join(folder, 'file'), 'x');
    writeFileSync(join(folder, 'bad.yaml'), 'nam: x\n');
    const made = ['--name', 'a', '--test-pki', '--key-bits', '2048', '--ca', join(folder, 'a/ca')];
    for (const [name, oin] of [['a', OIN] as const, ['b', '00000099000000002000'] as const])
      assert.equal((await run('init', join(folder, name), '--oin', oin, ...made)).code, 0);
    server = createServer((request, response) => {
      if (request.url?.includes('/payloads/') === true) {
        response.writeHead(200, request.url.includes('damaged') ? { etag: '"00"' } : {}).end('octets');
      } else if (request.url?.includes('/evidence') === true) {
        const files = [{ name: 'a.txt', content: '' }];
        response.end(JSON.stringify({ messageId: 'm', direction: 'in', files, parts: [] }));
      } else if (request.url?.includes('/cpas/html') === true) {
        response.end('<html/>');
      } else if (request.url?.includes('/cpas/x') === true) {
        response.end('<cpa/>');
      } else {
        response.writeHead(404).end('<html/>');
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    api = ['--api', `http://127.0.0.1:${portOf(server)}`];
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (name: string): string => join(folder, name);

  it('FILE_UNWRITABLE names the folder that is missing, in every command that writes', async () => {
    const terms = ['--party', at('a/party.yaml'), '--party', at('b/party.yaml'), '--service', 's', '--action', 'a'];
    const missing = at('nowhere/out');
    const other = ['--oin', OIN, '--cn', 'x', '--ca', at('a/ca'), '--key-bits', '2048'];
    for (const args of [
      ['cpa', 'create', ...terms, '-o', missing],
      ['cpa', 'export', 'x', '-o', missing, ...api],
      ['message', 'payload', 'x', '1', '-o', missing, ...api],
      ['message', 'payload', 'x', '1', '-o', at('file/out'), ...api],
    ])
      await requireSaid(args, 1, /FILE_UNWRITABLE[^]*(?:there is no folder|is no folder)[^]*do: /);
    await requireSaid(['message', 'payload', 'x', '1', '-o', at('dir'), ...api], 1, /FILE_UNWRITABLE[^]*is a folder/);
    await requireSaid(['evidence', 'export', 'm', '-o', at('file'), ...api], 1, /FILE_UNWRITABLE/);
    await requireSaid(['pki', 'issue', ...other, '--out', at('file')], 1, /FILE_UNWRITABLE/);
    await requireSaid(['pki', 'ca', '--out', at('file/ca'), '--key-bits', '2048'], 1, /FILE_UNWRITABLE/);
    await requireSaid(['init', at('file'), '--oin', OIN, '--name', 'a'], 1, /FILE_UNWRITABLE/);
    assert.equal(existsSync(at('nowhere')), false);
  });

  it('FILE_MISSING tells to check the path, not an id', async () => {
    for (const args of [
      ['cpa', 'validate', at('nope.xml')],
      ['cpa', 'import', at('nope.xml'), ...api],
      ['cpa', 'create', '--party', at('nope'), '--party', at('nope'), '--service', 's', '--action', 'a'],
      ['message', 'send', ...SEND, '--payload', at('nope.xml'), ...api],
      ['message', 'send', ...SEND, '--payload', at('dir'), ...api],
      ['evidence', 'verify', at('nope')],
      ['evidence', 'verify', '--crl', at('nope.crl'), at('dir')],
      ['pki', 'issue', '--oin', OIN, '--cn', 'x', '--ca', at('nope')],
      ['pki', 'revoke', at('nope.crt'), '--ca', at('a/ca')],
    ])
      await requireSaid(args, 3, /FILE_MISSING[^]*do: +Check its path/);
  });

  it('CONFIG_MISSING tells to make a configuration or to name it, not to mend a key', async () => {
    for (const args of [['start'], ['cpa', 'list'], ['audit']])
      await requireSaid([...args, '-c', at('nope.yaml')], 3, /CONFIG_MISSING[^]*nope\.yaml[^]*do: +Make one with/);
    const { stdout } = await run('doctor', '-c', at('nope.yaml'));
    assert.match(stdout, /nope\.yaml[^]*do: Make one with `postiljon init`/);
  });

  it('OPTION_INVALID names the option and leads to --help', async () => {
    const party = at('a/party.yaml');
    const terms = ['cpa', 'create', '--party', party, '--party', party, '--service', 's', '--action', 'a'];
    for (const args of [
      ['init', at('c'), '--oin', '12', '--name', 'a'],
      [...terms, '--profile', 'nope'],
      [...terms, '--end', 'soon'],
      ['cpa', 'create', '--party', party, '--service', 's', '--action', 'a'],
      ['pki', 'revoke', at('file'), '--ca', at('a/ca')],
    ])
      await requireSaid(args, 2, /OPTION_INVALID[^]*do: +Mend the option/);
  });

  it('PARTY_FILE_INVALID is not said of the configuration', async () => {
    const terms = ['--party', at('bad.yaml'), '--party', at('bad.yaml'), '--service', 's', '--action', 'a'];
    await requireSaid(
      ['cpa', 'create', ...terms],
      4,
      /PARTY_FILE_INVALID[^]*nam[^]*do: +Mend the key named; `postiljon init/,
    );
  });

  it('DOWNLOAD_DAMAGED: octets without the digest that was named are not kept', async () => {
    const args = ['message', 'payload', 'damaged', '1', '-o', at('out'), ...api];
    await requireSaid(args, 1, /DOWNLOAD_DAMAGED[^]*digest/);
    assert.equal(existsSync(at('out')), false);
  });

  it('a pipe or a device that is named as the output gets the octets, and stays what it is', async () => {
    const pipe = at('pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = promisify(execFile)('cat', [pipe]);
    assert.equal((await run('message', 'payload', 'x', '1', '-o', pipe, ...api)).code, 0);
    assert.equal((await reader).stdout, 'octets');
    assert.ok(statSync(pipe).isFIFO());
  });

  it('GATEWAY_UNREACHABLE where something else answers', async () => {
    await requireSaid(['message', 'show', 'x', ...api], 5, /GATEWAY_UNREACHABLE[^]*HTTP 404[^]*--api/);
    await requireSaid(['cpa', 'show', 'html', ...api], 5, /GATEWAY_UNREACHABLE[^]*is no JSON/);
  });

  it('PORT_TAKEN: start says one thing, names the port and what to do, and ends with 4', () => {
    const port = portOf(server);
    for (const [section, name] of [
      ['EBMS', 'ebms.port'],
      ['API', 'api.port'],
    ] as const) {
      const free = { POSTILJON_EBMS_PORT: '0', POSTILJON_API_PORT: '0', POSTILJON_EBMS_HOST: '127.0.0.1' };
      const env = { ...process.env, ...free, [`POSTILJON_${section}_PORT`]: String(port) };
      const cli = join(root, 'src/cli/postiljon.ts');
      const ended = spawnSync(process.execPath, [cli, 'start', '-c', at('a/postiljon.yaml')], {
        env,
        encoding: 'utf8',
      });
      assert.equal(ended.status, 4, ended.stderr);
      assert.match(ended.stderr, new RegExp(`PORT_TAKEN[^]*${name}: 127\\.0\\.0\\.1:${port}[^]*do: +Stop`));
      assert.doesNotMatch(ended.stderr, /EADDRINUSE|\n\s+at |"stack"/);
    }
  });
});

describe('scripts of the project', function () {
  this.timeout(60_000);
  for (const script of ['test/e2e/demo/demo.ts', 'test/bench/bench.ts']) {
    it(`${script} answers an option that it does not know with its usage and 2`, () => {
      for (const wrong of ['--unknown', script.includes('bench') ? 'nope' : '--profile=nope']) {
        const ended = spawnSync(process.execPath, [script, wrong], { cwd: root, encoding: 'utf8' });
        assert.equal(ended.status, 2, ended.stderr);
        assert.match(ended.stderr, /\n\nnpm run /);
        assert.doesNotMatch(ended.stderr, /\n\s+at /);
      }
      assert.equal(spawnSync(process.execPath, [script, '--help'], { cwd: root }).status, 0);
    });
  }
});
