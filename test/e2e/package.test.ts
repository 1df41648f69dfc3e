import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../setup/gateway-process.ts';
import { skipUnless } from '../setup/skip.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_MS = 120_000;
const READY_MS = 20_000;
const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;

/** The package as a stranger gets it: packed, installed elsewhere without development tools, and run. */
describe('the published package', () => {
  let folder: string;
  let installed: string;

  before(async function () {
    this.timeout(INSTALL_MS);
    folder = mkdtempSync(join(tmpdir(), 'postiljon-package-'));
    installed = join(folder, 'installed');
    mkdirSync(installed);
    writeFileSync(join(installed, 'package.json'), '{ "name": "stranger", "private": true }');
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
    const args = ['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'];
    const done = start('npm', [...args, join(folder, tarball)], installed);
    skipUnless(this, !NO_REGISTRY.test(done.stderr), 'the package registry cannot be reached');
    assert.equal(done.status, 0, done.stderr);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds what runs and what is read, and no tests', () => {
    const files = readdirSync(join(installed, 'node_modules', 'postiljon')).sort();
    assert.deepEqual(files, ['CHANGELOG.md', 'LICENSE', 'README.md', 'cpa', 'dist', 'docs', 'package.json', 'wsdl']);
    assert.deepEqual(readdirSync(join(installed, 'node_modules', 'postiljon', 'dist')).sort(), ['adapters', 'src']);
  });

  it('tells its version', () => {
    const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.equal(postiljon(['--version']).trim(), manifest.version);
  });

  it('opens to programs by its one door', () => {
    const script = "import { GatewayError } from 'postiljon'; console.log(new GatewayError('BUSY').code);";
    assert.equal(run(process.execPath, ['--input-type=module', '-e', script], installed), 'BUSY\n');
  });

  it('makes a configuration, runs a gateway that gets ready, and ends with 0 on SIGTERM', async function () {
    this.timeout(READY_MS * 2);
    const home = join(folder, 'gateway');
    postiljon(['init', home, '--oin', '00000099000000001000', '--name', 'gemeente-voorbeeld', '--test-pki']);
    const port = await freePort();
    const gateway = spawn(command(), ['start', '-c', join(home, 'postiljon.yaml')], {
      cwd: installed,
      env: { ...environment(), POSTILJON_API_PORT: String(port), POSTILJON_EBMS_PORT: String(await freePort()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(gateway, 'exit');
    const said = collect(gateway);
    try {
      await untilReady(`http://127.0.0.1:${port}/health/ready`, gateway, said);
    } finally {
      gateway.kill('SIGTERM');
    }
    assert.deepEqual(await exit, [0, null], said.join(''));
  });

  function postiljon(args: readonly string[]): string {
    return run(command(), args, installed);
  }

  function command(): string {
    return join(installed, 'node_modules', '.bin', 'postiljon');
  }
});

function run(program: string, args: readonly string[], cwd: string): string {
  const done = start(program, args, cwd);
  assert.equal(done.status, 0, `${program} ${args.join(' ')}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

function start(
  program: string,
  args: readonly string[],
  cwd: string,
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(program, args, { cwd, encoding: 'utf8', env: environment() });
}

/** The Node that runs this test comes first on PATH, so that the command's first line finds it. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter) };
}

function collect(child: ChildProcess): string[] {
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  return said;
}

/** Asks again and again: a foreign process gives no other signal. */
async function untilReady(url: string, child: ChildProcess, said: readonly string[]): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const status = await fetch(url, { headers: { connection: 'close' } }).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === 200) return;
    await pause(50);
  }
  assert.fail(`not ready at ${url}; it said:\n${said.join('')}`);
}
