import { exchange } from '../application.ts';
import { measureFloor } from '../floor.ts';
import { cpuOf, peakRssOf, percentile } from '../measure.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';
import { P99_AT_HALF } from './receive.ts';

/** Until the compilers of V8 are through with what a message needs. */
const WARM_UP = 16_000;
const MESSAGES = 12_000;
const PACED = 2_000;
const SIZE = 2048;
const ASKED = 0.28;

/** Two gateways from dist/: an application submits by REST until every message is DELIVERED under a signed receipt. */
export const roundtrip: Scenario = {
  name: 'roundtrip',
  what: 'two gateways, 2 KB: REST submit until DELIVERED under a signed receipt',
  run: () =>
    withTwoParties('osb-rm-s', async (parties) => {
      const floor = measureFloor();
      const bare = { what: `half of ${floor.what}`, value: floor.value / 2 };
      const gateways = [await parties.start(parties.sender), await parties.start(parties.receiver)];
      const pids = gateways.map(({ pid }) => pid);
      await exchange(parties, { count: WARM_UP, size: SIZE });
      progress(`${MESSAGES} messages as fast as they are taken`);
      const before = cpuOf(...pids);
      const { seconds } = await exchange(parties, { count: MESSAGES, size: SIZE });
      const cpu = (cpuOf(...pids) - before) / MESSAGES;
      const rate = MESSAGES / seconds;
      progress(`${PACED} messages at ${(rate / 2).toFixed(0)}/s`);
      const paced = await exchange(parties, { count: PACED, size: SIZE, rate: rate / 2 });
      const p99 = percentile(paced.latencies, 0.99);
      const measured: readonly Measured[] = [
        { what: 'messages', value: rate, unit: '/s', better: 'more', bare, asked: ASKED },
        { what: 'p99 at half that rate', value: p99, unit: 'ms', better: 'less', asked: P99_AT_HALF },
        { what: 'p50 at half that rate', value: percentile(paced.latencies, 0.5), unit: 'ms', better: 'less' },
        { what: 'CPU a message, both gateways', value: cpu, unit: 'ms', better: 'less' },
        { what: 'peak RSS of one', value: Math.max(...pids.map(peakRssOf)), unit: 'MB', better: 'less' },
      ];
      return measured;
    }),
};
