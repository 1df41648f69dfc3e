import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('../setup/run-tests.ts', import.meta.url));

describe('the test command', () => {
  const cases: readonly [title: string, tests: string, lastLine: string, code: number, report: RegExp][] = [
    [
      'counts what passed',
      "it('works', () => {});",
      '1 passed, 0 failed, 0 skipped',
      0,
      /ok {5}.*a\.test\.ts: 1 passed/,
    ],
    [
      'names what failed',
      "it('fails', () => { throw new Error('wrong'); });",
      '0 passed, 1 failed, 0 skipped',
      1,
      /FAILED .*fails\nError: wrong/,
    ],
    [
      'names what was skipped, with its reason',
      "it('works', () => {}); it.skip('waits (skipped: no tool)', () => {});",
      '1 passed, 0 failed, 1 skipped',
      0,
      /skipped {2}.*waits \(skipped: no tool\)/,
    ],
    [
      'fails a skip without a reason',
      "it('works', () => {}); it.skip('waits', () => {});",
      '1 passed, 1 failed, 0 skipped',
      1,
      /skipped without a reason/,
    ],
    [
      'fails when everything was skipped',
      "it.skip('waits (skipped: no tool)', () => {});",
      '0 passed, 0 failed, 1 skipped',
      1,
      /waits/,
    ],
    ['fails when there is no test', '', '0 passed, 0 failed, 0 skipped', 1, /no test ran/],
    [
      'fails a file that cannot be loaded',
      "import './nothing.ts';",
      '0 passed, 1 failed, 0 skipped',
      1,
      /cannot be loaded/,
    ],
    [
      'fails when a test ends the process',
      "it('exits', () => process.exit(0));",
      '0 passed, 1 failed, 0 skipped',
      1,
      /cut short/,
    ],
    [
      'fails what is thrown after the last test',
      "it('works', () => { setTimeout(() => { throw new Error('late'); }, 200); });",
      '1 passed, 1 failed, 0 skipped',
      1,
      /after the last test\nError: late/,
    ],
    ['refuses a lone test left on', "it.only('works', () => {});", '1 passed, 1 failed, 0 skipped', 1, /only/],
  ];
  for (const [title, tests, lastLine, code, report] of cases) {
    it(title, () => {
      const done = runTests(tests);
      assert.equal(done.stdout.trimEnd().split('\n').at(-1), lastLine, done.stdout + done.stderr);
      assert.equal(done.status, code);
      assert.match(done.stdout, report);
    });
  }

  it('fails a name that stands for no test', () => {
    const done = start('no-such-suite');
    assert.match(done.stdout, /no suite, folder or file of tests: no-such-suite\n0 passed, 1 failed, 0 skipped\n$/);
    assert.equal(done.status, 1);
  });
});

function runTests(tests: string): ReturnType<typeof start> {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-run-'));
  try {
    writeFileSync(join(folder, 'a.test.ts'), tests);
    return start(join(folder, 'a.test.ts'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(name: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, POSTILJON_INSTALL: '0' };
  return spawnSync(process.execPath, [runner, name], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
}
