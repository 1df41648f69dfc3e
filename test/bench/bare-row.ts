import { freePort } from '../setup/gateway-process.ts';
import { startBare } from './bare.ts';
import { CONNECTIONS, generateLoad } from './load-generator.ts';
import { percentile } from './measure.ts';
import { progress } from './scenario.ts';
import { clientTls, type TwoParties } from './two-parties.ts';

export interface BareRow {
  readonly rate: number;
  /** ms. */
  readonly p99: number;
}

/**
 * The same requests to the same server and store, each written as one row: as fast as they are answered, then `pace` a
 * second. That p99 is what the disk of this machine gives.
 */
export async function measureBareRow(
  { sender, receiver }: TwoParties,
  requests: readonly Buffer[],
  pace: number,
): Promise<BareRow> {
  const url = new URL(receiver.ebmsUrl);
  url.port = String(await freePort());
  const server = await startBare('row', receiver, url);
  const part = Math.floor(requests.length / 4);
  const target = { url, tls: clientTls(sender), connections: CONNECTIONS };
  try {
    progress('the same requests, each written as one row');
    await generateLoad(target, { requests: requests.slice(0, part) });
    const { seconds } = await generateLoad(target, { requests: requests.slice(part, 3 * part) });
    const paced = await generateLoad(target, { requests: requests.slice(3 * part), rate: pace });
    return { rate: (2 * part) / seconds, p99: percentile(paced.latencies, 0.99) };
  } finally {
    await server.stop();
  }
}
