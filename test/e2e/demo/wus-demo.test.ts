import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const DEMO = fileURLToPath(new URL('./demo.ts', import.meta.url));
const PATIENCE_MS = 60_000;

interface Shown {
  readonly ok: boolean;
  readonly profile: string;
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly consultations: readonly Readonly<Record<string, unknown>>[];
}

/** Two gateways, an application behind one of them, and nothing but commands and REST. */
describe('the demo of WUS', function () {
  this.timeout(PATIENCE_MS);

  for (const profile of ['2W-be', '2W-be-S', '2W-be-SE']) {
    it(`${profile}: a question and its answer over mutual TLS, on record on both sides [Digikoppeling WB011, Digikoppeling WB012-request, Digikoppeling WB012-answer, Digikoppeling WT001, Digikoppeling WT002]`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [DEMO, '--wus', '--json', '--profile', profile]);
      const shown: Shown = JSON.parse(stdout);
      assert.deepEqual([shown.ok, shown.profile], [true, profile]);
      assert.match(shown.messageId, /^urn:uuid:/);
      assert.deepEqual(
        shown.consultations.map(({ role, partner, result, messageId }) => [role, partner, result, messageId]),
        [
          ['consumer', shown.to, 'answered', shown.messageId],
          ['provider', shown.from, 'answered', shown.messageId],
        ],
      );
    });
  }
});
