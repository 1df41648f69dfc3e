import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { commandWords, completionScript, SHELLS } from '../../../src/cli/completion.ts';
import { skipUnless } from '../../setup/skip.ts';
import { createProgram } from '../../../src/cli/program.ts';
import type { Shell } from '../../../src/cli/completion.ts';

const program = await createProgram(() => undefined);
const CASES: readonly (readonly [typed: readonly string[], offered: readonly string[], not: readonly string[]])[] = [
  [[''], ['init', 'message', 'audit', 'completion'], ['list']],
  [['mess'], ['message'], ['init']],
  [['message', ''], ['list', 'resend', 'cancel', 'raw'], ['import']],
  [['message', 'list', '--s'], ['--state', '--since', '--search'], ['--payload']],
  [['message', 'list', '--state', ''], ['FAILED', 'DELIVERED'], ['--state']],
  [['message', 'list', '--limit', '5', '--state', 'F'], ['FAILED'], ['RECEIVED']],
  [['cpa', 'validate', 'list', '--'], ['--json'], ['--state']],
];

describe('completion', () => {
  it('knows every command and option of the program, and no list of its own', () => {
    const words = commandWords(program);
    const count = (command: typeof program): number =>
      1 + command.commands.reduce((sum, child) => sum + count(child), 0);
    assert.equal(words.length, count(program));
    for (const { path, options } of words)
      assert.ok(
        options.some(({ flags }) => flags.includes('--help')),
        path.join(' '),
      );
  });

  for (const shell of SHELLS) {
    it(`${shell}: is a script that the shell can read`, function () {
      const { error, status, stderr } = spawnSync(shell, ['-n'], {
        input: completionScript(shell, program),
        encoding: 'utf8',
      });
      skipUnless(this, error === undefined, `${shell} is not on this machine`);
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  it('bash: offers what fits behind what was typed', () => {
    for (const [typed, offered, not] of CASES) {
      const words = ['postiljon', ...typed].map((word) => `'${word}'`).join(' ');
      const script = `${completionScript('bash', program)}
COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _postiljon; printf '%s\\n' "\${COMPREPLY[@]}"`;
      check(typed, lines(script, 'bash'), { offered, not });
    }
  });

  it('fish: offers what fits behind what was typed', function () {
    skipUnless(this, spawnSync('fish', ['--version']).error === undefined, 'fish is not on this machine');
    for (const [typed, offered, not] of CASES) {
      const found = lines(`${completionScript('fish', program)}\ncomplete -C 'postiljon ${typed.join(' ')}'`, 'fish');
      check(
        typed,
        found.map((line) => line.split('\t')[0] ?? ''),
        { offered, not },
      );
    }
  });
});

function check(
  typed: readonly string[],
  found: readonly string[],
  { offered, not }: { readonly offered: readonly string[]; readonly not: readonly string[] },
): void {
  for (const word of offered) assert.ok(found.includes(word), `${typed.join(' ')} → ${word}: ${found.join(' ')}`);
  for (const word of not) assert.ok(!found.includes(word), `${typed.join(' ')} ↛ ${word}`);
}

function lines(script: string, shell: Shell): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, [], { input: script, encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.split('\n');
}
