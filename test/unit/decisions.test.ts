import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDecisions } from '../setup/docs/decisions.ts';

const folder = fileURLToPath(new URL('../../docs/adr', import.meta.url));

describe('architecture decisions', () => {
  it('have heads of the agreed form and are numbered without gaps', () => {
    const numbers = readDecisions(folder).map((decision) => decision.number);
    assert.ok(numbers.length >= 5);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
  });

  it('are superseded by decisions that exist', () => {
    const decisions = readDecisions(folder);
    const successors = decisions.flatMap((decision) => /^Superseded by (\d+)$/.exec(decision.status)?.[1] ?? []);
    assert.deepEqual(
      successors.filter((number) => !decisions.some((decision) => decision.number === Number(number))),
      [],
    );
  });

  for (const [why, head] of [
    ['without a date', '# 0001. A title\n\n- Status: Accepted\n\n## Context\n'],
    ['with a status of its own', '# 0001. A title\n\n- Status: Maybe\n- Date: 2026-11-22\n\n## Context\n'],
    ['with the number of another', '# 0002. A title\n\n- Status: Accepted\n- Date: 2026-11-22\n\n## Context\n'],
  ] as const) {
    it(`are refused ${why}`, () => {
      const scratch = mkdtempSync(join(tmpdir(), 'postiljon-adr-'));
      try {
        writeFileSync(join(scratch, '0001-a-title.md'), head);
        assert.throws(() => readDecisions(scratch), /docs\/adr\/0001-a-title\.md/);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    });
  }
});
