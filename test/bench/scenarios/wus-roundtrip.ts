import { measureFloor } from '../floor.ts';
import { cpuOf, peakRssOf, percentile } from '../measure.ts';
import { progress, type Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';
import { echoLoad, echoRequests, echoUrl, startEcho, startProvider } from '../wus-provider.ts';

const CONNECTIONS = 64;
const SIZE = 10_000;
const WARM_UP = 4_000;
const REQUESTS = 12_000;
const PACED = 4_000;
const ASKED = 0.25;

/** One gateway from dist/ between a partner that sends signed requests and an application that answers at once. */
export const wusRoundtrip: Scenario = {
  name: 'wus-roundtrip',
  what: 'WUS 2W-be-S: signed requests of 10 KB over mutual TLS through a provider to its backend, signed answers of 10 KB',
  run: () =>
    withTwoParties('osb-be', async (parties) => {
      const bare = measureFloor();
      const backend = await startEcho(SIZE);
      try {
        const gateway = await startProvider(parties, backend.url);
        const requests = await echoRequests(parties, WARM_UP + REQUESTS + PACED, SIZE);
        const url = echoUrl(parties);
        await echoLoad(parties, url, { requests: requests.slice(0, WARM_UP), connections: CONNECTIONS });
        progress(`${REQUESTS} requests as fast as they are answered`);
        const before = cpuOf(gateway.pid);
        const flood = await echoLoad(parties, url, {
          requests: requests.slice(WARM_UP, WARM_UP + REQUESTS),
          connections: CONNECTIONS,
        });
        const cpu = (cpuOf(gateway.pid) - before) / REQUESTS;
        const rate = REQUESTS / flood.seconds;
        progress(`${PACED} requests at ${(rate / 2).toFixed(0)}/s`);
        const rest = requests.slice(WARM_UP + REQUESTS);
        const paced = await echoLoad(parties, url, { requests: rest, connections: CONNECTIONS, rate: rate / 2 });
        const p99AtHalf = percentile(paced.latencies, 0.99);
        return [
          { what: 'consultations', value: rate, unit: '/s', better: 'more', bare, asked: ASKED },
          { what: 'p99 at half that rate', value: p99AtHalf, unit: 'ms', better: 'less' },
          { what: 'p50 at full rate', value: percentile(flood.latencies, 0.5), unit: 'ms', better: 'less' },
          { what: 'p99 at full rate', value: percentile(flood.latencies, 0.99), unit: 'ms', better: 'less' },
          { what: 'CPU a consultation', value: cpu, unit: 'ms', better: 'less' },
          { what: 'peak RSS', value: peakRssOf(gateway.pid), unit: 'MB', better: 'less' },
        ];
      } finally {
        await backend.stop();
      }
    }),
};
