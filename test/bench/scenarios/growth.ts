import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fillStore } from '../fill-store.ts';
import { CONNECTIONS, generateLoad } from '../load-generator.ts';
import { cpuOf } from '../measure.ts';
import { partnerRequests } from '../partner-requests.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';
import { clientTls, type TwoParties, withTwoParties } from '../two-parties.ts';

const WARM_UP = 3_000;
const MESSAGES = 8_000;
const SIZE = 2048;
/** Times what it costs in an empty store. */
const ASKED = 1.2;

interface Cost {
  /** ms a message. */
  readonly cpu: number;
  readonly wall: number;
}

/** What a message costs must not grow with those that are there already. */
export const growth: Scenario = {
  name: 'growth',
  what: 'a received, signed message of 2 KB with nothing in the store, and with --stored messages',
  run: ({ stored }) =>
    withTwoParties('osb-rm-s', async (parties) => {
      const empty = await costOf(parties);
      const measured: Measured[] = [];
      for (const count of stored) {
        fillStore(databaseOf(parties), count);
        const { cpu, wall } = await costOf(parties);
        const what = `with ${count.toLocaleString('en')} stored`;
        measured.push(row(`${what}: CPU a message`, cpu, empty.cpu), row(`${what}: time a message`, wall, empty.wall));
      }
      return measured;
    }),
};

function row(what: string, value: number, empty: number): Measured {
  return { what, value, unit: 'ms', better: 'less', bare: { what: 'empty store', value: empty }, asked: ASKED };
}

/** Starts the receiver's gateway, warms it up, measures and stops it. */
async function costOf(parties: TwoParties): Promise<Cost> {
  const { sender, receiver } = parties;
  const requests = await partnerRequests(parties, WARM_UP + MESSAGES, SIZE);
  const gateway = await parties.start(receiver);
  const target = { url: new URL(receiver.ebmsUrl), tls: clientTls(sender), connections: CONNECTIONS };
  await generateLoad(target, { requests: requests.slice(0, WARM_UP) });
  progress(`${MESSAGES} messages as fast as they are answered`);
  const before = cpuOf(gateway.pid);
  const { seconds } = await generateLoad(target, { requests: requests.slice(WARM_UP) });
  const cpu = (cpuOf(gateway.pid) - before) / MESSAGES;
  await gateway.stop();
  return { cpu, wall: (seconds * 1000) / MESSAGES };
}

function databaseOf({ receiver }: TwoParties): string {
  const [file] = globSync('data/**/*.db', { cwd: receiver.folder });
  if (file === undefined) throw new Error('the receiver has no database');
  return join(receiver.folder, file);
}
