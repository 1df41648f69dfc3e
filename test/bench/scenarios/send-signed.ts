import { cpus } from 'node:os';
import { exchange } from '../application.ts';
import { startBare } from '../bare.ts';
import { measureRsa } from '../floor.ts';
import { cpuOf, peakRssOf } from '../measure.ts';
import { progress, type Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';

const WARM_UP = 1_000;
const MESSAGES = 6_000;
const SIZE = 2048;

/** The way out alone: best effort, so that the partner has nothing to sign. */
export const sendSigned: Scenario = {
  name: 'send-signed',
  what: 'one gateway, 2 KB: REST submit, signed, sent to a partner that takes everything at once',
  run: () =>
    withTwoParties('osb-be-s', async (parties) => {
      const value = cpus().length * measureRsa().signsPerSecond;
      const bare = { what: 'RSA alone, one signature a message', value };
      const gateway = await parties.start(parties.sender);
      const partner = await startBare('sink', parties.receiver, new URL(parties.receiver.ebmsUrl));
      try {
        await exchange(parties, { count: WARM_UP, size: SIZE });
        progress(`${MESSAGES} messages as fast as they are taken`);
        const before = cpuOf(gateway.pid);
        const { seconds } = await exchange(parties, { count: MESSAGES, size: SIZE });
        const cpu = (cpuOf(gateway.pid) - before) / MESSAGES;
        return [
          { what: 'messages', value: MESSAGES / seconds, unit: '/s', better: 'more', bare },
          { what: 'CPU a message', value: cpu, unit: 'ms', better: 'less' },
          { what: 'peak RSS', value: peakRssOf(gateway.pid), unit: 'MB', better: 'less' },
        ];
      } finally {
        await partner.stop();
      }
    }),
};
