import { spawnSync } from 'node:child_process';
import type { Tally } from './tally.ts';

/** A command that passes or fails as a whole and counts as one test. */
export interface Check {
  readonly name: string;
  readonly steps: readonly (readonly [program: string, ...args: string[]])[];
}

export const CHECKS: readonly Check[] = [
  { name: 'types (tsc)', steps: [['tsc', '-p', 'tsconfig.json']] },
  { name: 'lint (oxlint)', steps: [['oxlint', '--type-aware', '--deny-warnings']] },
  { name: 'format (biome)', steps: [['biome', 'format', '.']] },
  { name: 'generated docs', steps: [[process.execPath, 'test/setup/write-docs.ts', '--check']] },
];

export const BUILD: Check = {
  name: 'build (tsc)',
  steps: [
    [process.execPath, 'test/setup/clean-dist.mjs'],
    ['tsc', '-p', 'tsconfig.build.json'],
  ],
};

export function runCheck(check: Check, folder: string, tally: Tally, say: (line: string) => void): void {
  const began = performance.now();
  const complaint = check.steps
    .map(([program, ...args]) => complaintOf(program, args, folder))
    .find((text) => text !== undefined);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`${complaint === undefined ? 'ok    ' : 'FAILED'} checks/${check.name}, ${seconds} s`);
  if (complaint === undefined) tally.passed += 1;
  else tally.failures.push({ name: `checks/${check.name}`, text: complaint });
}

function complaintOf(program: string, args: readonly string[], folder: string): string | undefined {
  const done = spawnSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status === 0) return undefined;
  return `${program} ${args.join(' ')}\n${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`;
}
