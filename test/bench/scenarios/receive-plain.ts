import { freePort } from '../../setup/gateway-process.ts';
import { startBare } from '../bare.ts';
import { generateLoad } from '../load-generator.ts';
import { progress, type Scenario } from '../scenario.ts';
import { clientTls, type TwoParties, withTwoParties } from '../two-parties.ts';
import { CONNECTIONS, receive, receivedRows } from './receive.ts';

const SIZE = 2048;
const ASKED = 0.5;

/** Unsigned and reliable: what a message costs without any RSA but that of TLS handshakes. */
export const receivePlain: Scenario = {
  name: 'receive-plain',
  what: 'unsigned messages of 2 KB, against the same server, generator and store that only write one row each',
  run: () =>
    withTwoParties('osb-rm', async (parties) => {
      const gateway = await parties.start(parties.receiver);
      const received = await receive(parties, gateway, SIZE);
      // Figures of the gateway are taken before another process takes its memory and its cores.
      const rows = (value: number) =>
        receivedRows('2 KB', received, {
          bare: { what: 'same server and store, one row a request', value },
          asked: ASKED,
          pid: gateway.pid,
        });
      return rows(await bareRate(parties, received.requests));
    }),
};

async function bareRate({ sender, receiver }: TwoParties, requests: readonly Buffer[]): Promise<number> {
  const url = new URL(receiver.ebmsUrl);
  url.port = String(await freePort());
  const server = await startBare('row', receiver, url);
  try {
    progress('the same requests, each written as one row');
    const target = { url, tls: clientTls(sender), connections: CONNECTIONS };
    const warmUp = requests.length / 4;
    await generateLoad(target, { requests: requests.slice(0, warmUp) });
    const { seconds } = await generateLoad(target, { requests: requests.slice(warmUp) });
    return (requests.length - warmUp) / seconds;
  } finally {
    await server.stop();
  }
}
