import { freePort } from '../../setup/gateway-process.ts';
import { startBare } from '../bare.ts';
import { percentile } from '../measure.ts';
import { progress, type Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';
import { ECHO_PATH, echoLoad, echoRequests, echoUrl, startEcho, startProvider } from '../wus-provider.ts';

const CONNECTIONS = 8;
const SIZE = 10_000;
const WARM_UP = 3_000;
/** Requests of a round; gateway and proxy take turns, so that both see the same machine. */
const ROUND = 300;
const ROUNDS = 6;
/** A second: next to nothing, so that what is measured is the way and not the queue. */
const RATE = 60;
const ADDED_MS = 3;

/** The same requests through the gateway and through a proxy that only passes them on. */
export const wusLatency: Scenario = {
  name: 'wus-latency',
  what: 'WUS 2W-be-S, 10 KB, at an easy rate: what a consultation takes longer than through a bare TLS proxy',
  run: () =>
    withTwoParties('osb-be', async (parties) => {
      const backend = await startEcho(SIZE);
      const proxyUrl = new URL(`https://localhost:${await freePort()}${ECHO_PATH}`);
      const proxy = await startBare('proxy', parties.receiver, proxyUrl, backend.url);
      try {
        await startProvider(parties, backend.url);
        const requests = await echoRequests(parties, WARM_UP + ROUND * ROUNDS, SIZE);
        const warm = requests.slice(0, WARM_UP);
        await echoLoad(parties, echoUrl(parties), { requests: warm, connections: CONNECTIONS });
        await echoLoad(parties, proxyUrl, { requests: warm, connections: CONNECTIONS });
        const ours: number[] = [];
        const bare: number[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          progress(`round ${round + 1} of ${ROUNDS}, ${ROUND} requests at ${RATE}/s each way`);
          const from = WARM_UP + round * ROUND;
          const load = { requests: requests.slice(from, from + ROUND), connections: CONNECTIONS, rate: RATE };
          ours.push(...(await echoLoad(parties, echoUrl(parties), load)).latencies);
          bare.push(...(await echoLoad(parties, proxyUrl, load)).latencies);
        }
        for (const list of [ours, bare]) list.sort((a, b) => a - b);
        const added = percentile(ours, 0.5) - percentile(bare, 0.5);
        return [
          { what: 'p50 over the proxy', value: added, unit: 'ms', better: 'less', asked: ADDED_MS },
          { what: 'p50', value: percentile(ours, 0.5), unit: 'ms', better: 'less' },
          { what: 'p50 of the proxy', value: percentile(bare, 0.5), unit: 'ms', better: 'less' },
          { what: 'p99', value: percentile(ours, 0.99), unit: 'ms', better: 'less' },
          { what: 'p99 of the proxy', value: percentile(bare, 0.99), unit: 'ms', better: 'less' },
        ];
      } finally {
        await proxy.stop();
        await backend.stop();
      }
    }),
};
