import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, postiljon, startGateway } from '../setup/gateway-process.ts';
import { makeOrganisation, type Organisation } from '../setup/organisation.ts';

export interface Party extends Organisation {
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
  const sender = await makeParty({ parent: folder, ca, name: 'sender', oin: '00000099000000001000' });
  const receiver = await makeParty({ parent: folder, ca, name: 'receiver', oin: '00000099000000002000' });
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

const KEY_BITS = 2048;

async function makeParty(of: { parent: string; ca: string; name: string; oin: string }): Promise<Party> {
  const organisation = await makeOrganisation({ ...of, keyBits: KEY_BITS });
  return { ...organisation, file: (path) => readFileSync(join(organisation.folder, path)) };
}
