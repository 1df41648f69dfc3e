import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { cpus } from 'node:os';
import { submitAll } from '../application.ts';
import { measureRsa } from '../floor.ts';
import { cpuOf, percentile } from '../measure.ts';
import { progress, type Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';

const WARM_UP = 1_000;
const MESSAGES = 6_000;
const SIZE = 2048;

/** What an application waits for: built, signed, stored. The partner takes connections and never says a word. */
export const submit: Scenario = {
  name: 'submit',
  what: 'REST submit of 2 KB until it is signed and stored, while the partner is silent',
  run: () =>
    withTwoParties('osb-rm-s', async (parties) => {
      const value = cpus().length * measureRsa().signsPerSecond;
      const silent = await listenSilently(Number(new URL(parties.receiver.ebmsUrl).port));
      try {
        const gateway = await parties.start(parties.sender);
        await submitAll(parties, { count: WARM_UP, size: SIZE });
        progress(`${MESSAGES} messages as fast as they are taken`);
        const before = cpuOf(gateway.pid);
        const started = performance.now();
        const latencies = await submitAll(parties, { count: MESSAGES, size: SIZE });
        const rate = (MESSAGES * 1000) / (performance.now() - started);
        const cpu = (cpuOf(gateway.pid) - before) / MESSAGES;
        const bare = { what: 'RSA alone, one signature a message', value };
        return [
          { what: 'messages', value: rate, unit: '/s', better: 'more', bare },
          { what: 'p50', value: percentile(latencies, 0.5), unit: 'ms', better: 'less' },
          { what: 'p99', value: percentile(latencies, 0.99), unit: 'ms', better: 'less' },
          { what: 'CPU a message', value: cpu, unit: 'ms', better: 'less' },
        ];
      } finally {
        silent.close();
      }
    }),
};

async function listenSilently(port: number): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => undefined));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
