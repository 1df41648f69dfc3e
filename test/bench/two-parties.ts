import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type GatewayProcess, postiljon, startGateway } from '../setup/gateway-process.ts';

export interface Party {
  readonly name: string;
  readonly oin: string;
  readonly folder: string;
  readonly config: string;
  readonly apiUrl: string;
  readonly ebmsUrl: string;
  file(path: string): Buffer;
}

export interface TwoParties {
  readonly sender: Party;
  readonly receiver: Party;
  readonly cpa: Buffer;
  readonly cpaFile: string;
  /** Starts one party's gateway and gives it the contract. */
  start(party: Party): Promise<GatewayProcess>;
  remove(): void;
}

export const SERVICE = 'urn:osb:services:osb:bench:1.0';
export const ACTION = 'deliver';

/** Two organisations with a test PKI and an osb-rm-s contract, made with the commands of the README. */
export async function makeTwoParties(): Promise<TwoParties> {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-bench-'));
  const ca = join(folder, 'ca');
  const sender = await makeParty({ folder, ca, name: 'sender', oin: '00000099000000001000' });
  const receiver = await makeParty({ folder, ca, name: 'receiver', oin: '00000099000000002000' });
  const cpaFile = join(folder, 'cpa.xml');
  const parties = [sender, receiver].flatMap((party) => ['--party', join(party.folder, 'party.yaml')]);
  await postiljon(
    'cpa',
    'create',
    ...parties,
    '--service',
    SERVICE,
    '--action',
    ACTION,
    '--profile',
    'osb-rm-s',
    '--sync',
    '-o',
    cpaFile,
  );
  return {
    sender,
    receiver,
    cpaFile,
    cpa: readFileSync(cpaFile),
    async start(party) {
      const gateway = await startGateway(party.config, party.apiUrl);
      await postiljon('cpa', 'import', cpaFile, '--activate', '-c', party.config);
      return gateway;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function makeParty(of: { folder: string; ca: string; name: string; oin: string }): Promise<Party> {
  const folder = join(of.folder, of.name);
  const [port, apiPort] = [await freePort(), await freePort()];
  const keys = ['--test-pki', '--ca', of.ca, '--key-bits', '2048'];
  await postiljon(
    'init',
    folder,
    '--oin',
    of.oin,
    '--name',
    of.name,
    ...keys,
    '--port',
    String(port),
    '--api-port',
    String(apiPort),
  );
  return {
    name: of.name,
    oin: of.oin,
    folder,
    config: join(folder, 'postiljon.yaml'),
    apiUrl: `http://127.0.0.1:${apiPort}`,
    ebmsUrl: `https://localhost:${port}/ebms`,
    file: (path) => readFileSync(join(folder, path)),
  };
}
