import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from '../../setup/gateway-process.ts';
import { rssOf } from '../measure.ts';
import type { Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';

const SETTLE_MS = 2_000;
const READY_MS = 1_000;
const RSS_MB = 120;

/** A gateway from dist/ with one contract and nothing to do. */
export const idle: Scenario = {
  name: 'idle',
  what: 'time until a gateway is ready, and its memory while nothing happens',
  run: () =>
    withTwoParties('osb-rm-s', async (parties) => {
      const { receiver } = parties;
      await (await parties.start(receiver)).stop();
      const gateway = await startGateway(receiver.config, receiver.apiUrl);
      await sleep(SETTLE_MS);
      const rss = rssOf(gateway.pid);
      await gateway.stop();
      return [
        { what: 'ready after', value: gateway.readyAfterMs, unit: 'ms', better: 'less', asked: READY_MS },
        { what: 'RSS', value: rss, unit: 'MB', better: 'less', asked: RSS_MB },
      ];
    }),
};
