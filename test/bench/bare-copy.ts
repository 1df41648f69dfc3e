import { freePort } from '../setup/gateway-process.ts';
import { startBare } from './bare.ts';
import { largePayload, postLarge } from './large-payload.ts';
import { progress } from './scenario.ts';
import { clientTls, type TwoParties } from './two-parties.ts';

/**
 * What this machine takes to get so many octets over mutual TLS onto its disk, digested: ms as the client sees it, until the answer
 * is there, and as the server does, from the head of the request.
 */
export async function copyBare(
  parties: TwoParties,
  size: number,
  rounds: number,
): Promise<{ readonly client: number; readonly server: number }> {
  const url = new URL(parties.receiver.ebmsUrl);
  url.port = String(await freePort());
  const server = await startBare('copy', parties.receiver, url);
  const [client, serverSide]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < rounds; round++) {
      progress('a bare copy');
      const headers = { 'content-length': String(size) };
      const copied = server.copied();
      client.push((await postLarge({ url, tls: clientTls(parties.sender), headers, body: largePayload(size) })).ms);
      serverSide.push(await copied);
    }
    return { client: Math.min(...client), server: Math.min(...serverSide) };
  } finally {
    await server.stop();
  }
}
