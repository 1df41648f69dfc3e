import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const LOG = new URL('../../../src/app/log.ts', import.meta.url).href;

/** What stands in the log of a process that writes this detail. */
function lineOf(detail: string): string {
  const code = `
    import { createLog } from ${JSON.stringify(LOG)};
    createLog({ level: 'info', name: 'dienst' }).warn({ detail: ${JSON.stringify(detail)} }, 'request refused');`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }).stderr;
}

describe('the log', () => {
  it('A13 A15 holds nothing that steers a terminal or turns its text around, and is the same JSON', () => {
    const detail = 'één \u001b[31m \u009b31m \u202e \u2028 \u200b \u{e0041} \u007f 😀\r\n{"level":"info"}';
    const line = lineOf(detail);
    assert.match(line, /^[^\n]+\n$/);
    assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const { level, msg, ...rest }: Record<string, unknown> = JSON.parse(line);
    assert.deepEqual([level, msg, rest['detail']], ['warn', 'request refused', detail]);
    assert.match(line, /één .* 😀/);
  });
});
