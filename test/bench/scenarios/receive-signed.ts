import { measureFloor } from '../floor.ts';
import type { Measured } from '../results.ts';
import type { Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';
import { receive, receivedRows } from './receive.ts';

const SIZES = [2048, 10_240] as const;
const ASKED = 0.3;

/** One gateway from dist/ receives signed messages over mutual TLS and answers each with a signed, stored receipt. */
export const receiveSigned: Scenario = {
  name: 'receive-signed',
  what: 'signed messages of 2 and 10 KB over mutual TLS, each answered with a signed receipt that is stored',
  async run() {
    const measured: Measured[] = [];
    for (const size of SIZES) {
      await withTwoParties('osb-rm-s', async (parties) => {
        const bare = measureFloor();
        const gateway = await parties.start(parties.receiver);
        const received = await receive(parties, gateway, size);
        measured.push(...receivedRows(`${size / 1024} KB`, received, { bare, asked: ASKED }));
      });
    }
    return measured;
  },
};
