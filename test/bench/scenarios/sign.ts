import { createHash, createPrivateKey, sign as signData } from 'node:crypto';
import { promisify } from 'node:util';
import { newMessageId } from '../../../src/ids.ts';
import { inTurns, wallTime } from '../in-turns.ts';
import { playSender } from '../partner-requests.ts';
import type { Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';

const signInPool = promisify(signData);
const SIGNED_INFO_BYTES = 2500;

/** One at a time, as a gateway with little to do signs. */
export const sign: Scenario = {
  name: 'sign',
  what: 'an ebMS envelope with two parts, written and signed, one after the other',
  run: () =>
    withTwoParties('osb-rm-s', async (parties) => {
      const partner = playSender(parties);
      const key = createPrivateKey(parties.sender.file('keys/sign.key'));
      const digest = createHash('sha256').update('a part').digest();
      const parts = ['one@localhost', 'two@localhost'].map((contentId) => ({ contentId, digest }));
      const data = Buffer.alloc(SIGNED_INFO_BYTES, 1);
      const times = await inTurns(
        () => partner.envelope(newMessageId('localhost'), parts),
        () => signInPool('sha256', data, key),
        wallTime,
      );
      const bare = { what: 'RSA-2048 signature alone', value: 1000 / times.bare };
      return [{ what: 'envelopes', value: 1000 / times.ours, unit: '/s', better: 'more', bare }];
    }),
};
