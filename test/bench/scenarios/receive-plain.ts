import type { Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';
import { receive, receivedRows } from './receive.ts';

const SIZE = 2048;
const ASKED = 0.5;

/** Unsigned and reliable: what a message costs without any RSA but that of TLS handshakes. */
export const receivePlain: Scenario = {
  name: 'receive-plain',
  what: 'unsigned messages of 2 KB, against the same server, generator and store that only write one row each',
  run: () =>
    withTwoParties('osb-rm', async (parties) => {
      const gateway = await parties.start(parties.receiver);
      const received = await receive(parties, gateway, SIZE);
      const bare = { what: 'same server and store, one row a request', value: received.bare.rate };
      return receivedRows('2 KB', received, { bare, asked: ASKED });
    }),
};
