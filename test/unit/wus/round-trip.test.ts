import assert from 'node:assert/strict';
import type { WusProfileName } from '../../../src/wus/profiles.ts';
import { openWusPair, textIn, type WusPair } from '../../setup/wus-pair.ts';

const PROFILES: readonly WusProfileName[] = ['2W-be', '2W-be-S', '2W-be-SE'];

for (const profile of PROFILES) {
  describe(`a consultation under ${profile}`, () => {
    let pair: WusPair;
    before(async () => {
      pair = await openWusPair({ profile });
    });
    after(() => pair.close());

    it('brings the body to the backend and its answer back', async () => {
      const called = await pair.call('één');
      assert.equal(called.outcome.kind, 'answer');
      assert.ok(called.outcome.kind === 'answer');
      assert.equal(textIn(called.outcome.content.body.toString()), 'één');
    });
  });
}
