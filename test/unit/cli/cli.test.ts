import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { createProgram } from '../../../src/cli/program.ts';
import { EXIT_CODES, exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { formatFields, formatTable, tableWidth } from '../../../src/cli/table.ts';
import { parsePayloadArgument } from '../../../src/cli/upload.ts';
import { GatewayError } from '../../../src/errors.ts';

/** Each command is a process of its own, and makes keys. */
const SLOW_MS = 60_000;
const CLI = fileURLToPath(new URL('../../../src/cli/postiljon.ts', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the command line', function () {
  this.timeout(SLOW_MS);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-cli-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]): Run => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };

  it('ends with 2 for wrong usage, and says what would be right', () => {
    for (const args of [
      ['nope'],
      ['init'],
      ['message', 'send'],
      ['cpa', 'import'],
      ['ping', '--cpa', 'x'],
      ['status'],
      ['init', '--port', '99999999'],
    ]) {
      const { code, stderr } = run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /error: /);
    }
  });

  it('ends with 0 for help and version', () => {
    assert.match(run('--help').stdout, /Exit codes:\n {2}0 {2}done/);
    assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('makes a test PKI and a gateway, a contract from two, and finds it valid', () => {
    const keys = ['--test-pki', '--ca', 'ca', '--key-bits', '2048'];
    for (const [dir, oin] of [['a', '00000099000000001000'] as const, ['b', '00000099000000002000'] as const]) {
      assert.equal(run('init', dir, '--oin', oin, '--name', dir, ...keys).code, 0);
    }
    const parties = ['--party', 'a/party.yaml', '--party', 'b/party.yaml'];
    const terms = ['--service', 'urn:osb:services:test:1.0', '--action', 'melden', '-o', 'cpa.xml'];
    assert.equal(run('cpa', 'create', ...parties, ...terms, '--cpa-id', 'proef').code, 0);
    const { code, stdout } = run('cpa', 'validate', 'cpa.xml', '--json');
    const [check]: readonly { valid: boolean; cpaId: string }[] = JSON.parse(stdout);
    assert.deepEqual([code, check?.valid, check?.cpaId], [0, true, 'proef']);
  });

  it('issues certificates of a test CA, and overwrites none', () => {
    const issue = ['pki', 'issue', '--oin', '00000099000000003000', '--cn', 'extra', '--ca', 'ca', '--out', 'extra'];
    assert.equal(run(...issue, '--key-bits', '2048').code, 0);
    assert.deepEqual(readdirSync(join(folder, 'extra')).sort(), ['extra.crt', 'extra.key']);
    const before = readFileSync(join(folder, 'extra', 'extra.key'));
    assert.equal(run(...issue).code, 4);
    assert.deepEqual(readFileSync(join(folder, 'extra', 'extra.key')), before);
    assert.equal(run('pki', 'ca', '--out', 'ca').code, 4);
    assert.equal(run('pki', 'issue', '--oin', '00000099000000003000', '--cn', 'x', '--ca', 'nope').code, 3);
  });

  it('says what happened, where, and what to do; never a stack', () => {
    writeFileSync(join(folder, 'bad.yaml'), 'nam: x\n');
    const { code, stderr, stdout } = run('start', '-c', 'bad.yaml', '--json');
    assert.equal(code, 4);
    assert.match(stderr, /CONFIG_INVALID[^]*bad\.yaml:1: nam: unknown key \(did you mean name\?\)[^]*do: /);
    assert.doesNotMatch(stderr, /\n\s+at /);
    const answer: { error: { code: string } } = JSON.parse(stdout);
    assert.equal(answer.error.code, 'CONFIG_INVALID');
  });

  it('ends with 3 for a file that is not there and 4 for a contract that is none', () => {
    assert.equal(run('cpa', 'validate', 'nope.xml').code, 3);
    writeFileSync(join(folder, 'bad.xml'), '<a/>');
    assert.equal(run('cpa', 'validate', 'bad.xml').code, 4);
  });

  it('ends with 5 and the remedy when the gateway does not run', () => {
    const api = ['--api', 'http://127.0.0.1:9'];
    const send = ['--cpa', 'x', '--from', 'a', '--service', 's', '--action', 'a'];
    for (const args of [
      ['cpa', 'list'],
      ['message', 'show', 'x'],
      ['message', 'send', ...send],
      ['ping', '--cpa', 'x', '--from', 'a'],
      ['status', 'x'],
    ]) {
      const { code, stderr } = run(...args, ...api);
      assert.equal(code, 5, args.join(' '));
      assert.match(stderr, /GATEWAY_UNREACHABLE[^]*postiljon start/);
    }
  });

  it('has the command that is called and no other, and all where they are told of', async () => {
    const all = await commandsOf();
    for (const called of ['--help', 'help', 'satrt', 'completion']) assert.deepEqual(await commandsOf(called), all);
    for (const called of all.filter((name) => name !== 'completion'))
      assert.deepEqual(await commandsOf(called), [called]);
  });

  it('teaches every command with an example', async () => {
    const leaves = leavesOf(await createProgram(() => undefined));
    assert.ok(leaves.length >= 15);
    for (const command of leaves) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) });
      command.outputHelp();
      assert.match(help, /Example:\n {2}\$ postiljon /, command.name());
      assert.match(help, /--json/, command.name());
      assert.match(help, /-c, --config/, command.name());
    }
  });
});

describe('exit codes', () => {
  it('are those of the contract', () => {
    const meanings = ['done', 'failed', 'wrong usage', 'not found', 'refused as invalid'];
    assert.deepEqual(
      EXIT_CODES.map(({ code }) => code),
      [0, 1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(
      EXIT_CODES.slice(0, 5).map(({ meaning }) => meaning),
      meanings,
    );
  });

  const cases = [
    ['INTERNAL', 1],
    ['BUSY', 1],
    ['NOT_FOUND', 3],
    ['CPA_UNKNOWN', 3],
    ['REQUEST_INVALID', 2],
    ['OPTION_INVALID', 2],
    ['FILE_MISSING', 3],
    ['CONFIG_MISSING', 3],
    ['FILE_UNWRITABLE', 1],
    ['PARTY_FILE_INVALID', 4],
    ['PORT_TAKEN', 4],
    ['MESSAGE_ID_INVALID', 2],
    ['CPA_INVALID', 4],
    ['MESSAGE_ENDED', 4],
    ['IDEMPOTENCY_CONFLICT', 4],
    ['CONFIG_INVALID', 4],
    ['FEATURE_UNSUPPORTED', 4],
    ['PEER_UNREACHABLE', 5],
    ['PEER_SILENT', 5],
    ['RETRIES_EXHAUSTED', 5],
    ['STORE_UNAVAILABLE', 6],
  ] as const;
  for (const [code, exit] of cases) {
    it(`${code} ends with ${exit}`, () => assert.equal(exitCodeOf(new GatewayError(code)), exit));
  }
});

describe('--payload FILE[=TYPE]', () => {
  const cases: readonly [string, string, string][] = [
    ['a.xml', 'a.xml', 'text/xml'],
    ['a.bin', 'a.bin', 'application/octet-stream'],
    ['a.xml=application/xml', 'a.xml', 'application/xml'],
    ['a=b.xml=text/xml; charset=utf-8', 'a=b.xml', 'text/xml; charset=utf-8'],
    ['a=b.pdf', 'a=b.pdf', 'application/pdf'],
  ];
  for (const [argument, path, contentType] of cases) {
    it(argument, () => assert.deepEqual(parsePayloadArgument(argument), { path, contentType }));
  }
});

describe('tables for people', () => {
  it('are as wide as the terminal, and not cut where something else reads them', () => {
    assert.equal(tableWidth({ isTTY: true, columns: 80 }), 80);
    for (const pipe of [{}, { columns: 80 }, { isTTY: false, columns: 80 }]) assert.equal(tableWidth(pipe), Infinity);
    const rows = [['a'.repeat(300), 'b'.repeat(300), 'c']];
    assert.ok(formatTable(['A', 'B', 'ID'], rows, Infinity).includes(`${'a'.repeat(300)}  ${'b'.repeat(300)}  c`));
  });

  it('fit the columns there are, and never shorten the last, which may be copied', () => {
    const id = `${'i'.repeat(50)}@x`;
    const lines = formatTable(['A', 'B', 'ID'], [['a'.repeat(80), 'b'.repeat(40), id]], 100)
      .trimEnd()
      .split('\n');
    assert.ok(lines.every((line) => line.length <= 100));
    assert.ok(lines[1]?.endsWith(id));
  });

  it('leave out fields without a value', () => {
    assert.equal(
      formatFields([
        ['Name', 'x'],
        ['Role', undefined],
        ['Other', ''],
      ]),
      'Name: x\n',
    );
  });
});

async function commandsOf(called?: string): Promise<readonly string[]> {
  return (await createProgram(() => undefined, called)).commands.map((command) => command.name());
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}
