import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { cpus } from 'node:os';
import { freePort } from '../../setup/gateway-process.ts';
import { submitAll } from '../application.ts';
import { startBare } from '../bare.ts';
import { measureRsa } from '../floor.ts';
import { cpuOf, percentile } from '../measure.ts';
import type { Bare, Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';
import { type TwoParties, withTwoParties } from '../two-parties.ts';

const WARM_UP = 4_000;
const MESSAGES = 8_000;
const SIZE = 2048;
const ASKED = 0.5;

/** What an application waits for: built, signed, stored. The partner takes connections and never says a word. */
export const submit: Scenario = {
  name: 'submit',
  what: 'REST submit of 2 KB until it is built and stored while the partner is silent, against the same server and store that only write one row each',
  async run() {
    const unsigned = await withTwoParties('osb-rm', (parties) => measure('unsigned', parties));
    const signed = await withTwoParties('osb-rm-s', (parties) => measure('signed', parties));
    const rsa = { what: 'RSA alone, one signature a message', value: cpus().length * measureRsa().signsPerSecond };
    const [rate] = signed;
    if (rate === undefined) throw new Error('nothing was measured');
    const { asked: _asked, ...against } = rate;
    return [...unsigned, ...signed, { ...against, what: 'signed: messages, against RSA alone', bare: rsa }];
  },
};

async function measure(label: string, parties: TwoParties): Promise<readonly Measured[]> {
  const silent = await listenSilently(Number(new URL(parties.receiver.ebmsUrl).port));
  try {
    const gateway = await parties.start(parties.sender);
    const before = await bareRow(parties);
    await submitAll(parties, { count: WARM_UP, size: SIZE });
    progress(`${MESSAGES} messages, ${label}, as fast as they are taken`);
    const used = cpuOf(gateway.pid);
    const { rate, latencies } = await paced(parties);
    const cpu = (cpuOf(gateway.pid) - used) / MESSAGES;
    await gateway.stop();
    const bare = meanOf(before, await bareRow(parties));
    return [
      { what: `${label}: messages`, value: rate, unit: '/s', better: 'more', bare: bare.rate, asked: ASKED },
      { what: `${label}: p50`, value: percentile(latencies, 0.5), unit: 'ms', better: 'less' },
      { what: `${label}: p99`, value: percentile(latencies, 0.99), unit: 'ms', better: 'less' },
      { what: `${label}: CPU a message`, value: cpu, unit: 'ms', better: 'less', bare: bare.cpu },
    ];
  } finally {
    silent.close();
  }
}

async function paced(
  parties: TwoParties,
  apiUrl = parties.sender.apiUrl,
): Promise<{ readonly rate: number; readonly latencies: readonly number[] }> {
  const started = performance.now();
  const latencies = await submitAll(parties, { count: MESSAGES, size: SIZE, apiUrl });
  return { rate: (MESSAGES * 1000) / (performance.now() - started), latencies };
}

interface BareRow {
  readonly rate: number;
  /** ms. */
  readonly cpu: number;
}

/** The same requests to the same server, which writes each as it came into the same store. */
async function bareRow(parties: TwoParties): Promise<BareRow> {
  progress('the same requests, each written as one row');
  const url = new URL(`http://127.0.0.1:${await freePort()}/api/v1/messages`);
  const server = await startBare('api', parties.sender, url);
  try {
    await submitAll(parties, { count: WARM_UP, size: SIZE, apiUrl: url.origin });
    const used = cpuOf(server.pid);
    const { rate } = await paced(parties, url.origin);
    return { rate, cpu: (cpuOf(server.pid) - used) / MESSAGES };
  } finally {
    await server.stop();
  }
}

function meanOf(one: BareRow, other: BareRow): { readonly rate: Bare; readonly cpu: Bare } {
  const what = 'same server and store, one row a request';
  return {
    rate: { what, value: (one.rate + other.rate) / 2 },
    cpu: { what, value: (one.cpu + other.cpu) / 2 },
  };
}

async function listenSilently(port: number): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => undefined));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
