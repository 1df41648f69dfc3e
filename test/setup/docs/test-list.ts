import type { NamedTest } from './named-tests.ts';

/** The tests of one row: titles under their file. A row without any shows as a hole, or says why it is left out. */
export function testList(tests: readonly NamedTest[] | undefined, left: string | undefined): string {
  if (left !== undefined) return `left out: ${left} ([deviations](deviations.md))`;
  if (tests === undefined) return '**no test**';
  const files = Map.groupBy(tests, (test) => test.file);
  return [...files]
    .map(([file, those]) => `\`${file}\`: ${those.map((test) => test.title.trim()).join(' · ')}`)
    .join('<br>');
}
