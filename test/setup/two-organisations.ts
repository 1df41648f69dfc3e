import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GatewayProcess, postiljon, startGateway } from './gateway-process.ts';
import { makeOrganisation, type Organisation } from './organisation.ts';

/** Sender and receiver. */
export type TwoOrganisations = readonly [Organisation, Organisation];

/** Two organisations in `folder` that share a test PKI: what the README does by hand. */
export async function makeTwoOrganisations(
  folder: string,
  names: readonly [string, string],
  keyBits?: number,
): Promise<TwoOrganisations> {
  const shared = { parent: folder, ca: join(folder, 'ca'), ...(keyBits === undefined ? {} : { keyBits }) };
  // One after the other: the first makes the CA.
  const sender = await makeOrganisation({ ...shared, name: names[0], oin: '00000099000000001000' });
  return [sender, await makeOrganisation({ ...shared, name: names[1], oin: '00000099000000002000' })];
}

export interface ContractTerms {
  readonly service: string;
  readonly action: string;
  /** Digikoppeling profile. */
  readonly profile: string;
  /** Acknowledgments come in the HTTP answer. */
  readonly sync: boolean;
}

export interface Contract extends ContractTerms {
  readonly cpaId: string;
  readonly file: string;
}

/** The contract between the two, in a file of that name. */
export async function makeContract(
  file: string,
  organisations: TwoOrganisations,
  terms: ContractTerms,
): Promise<Contract> {
  const parties = organisations.flatMap(({ folder }) => ['--party', join(folder, 'party.yaml')]);
  const action = ['--service', terms.service, '--action', terms.action, '--profile', terms.profile];
  await postiljon('cpa', 'create', ...parties, ...action, ...(terms.sync ? ['--sync'] : []), '-o', file);
  const cpaId = /cpaid="([^"]+)"/.exec(await readFile(file, 'utf8'))?.[1] ?? '';
  return { ...terms, cpaId, file };
}

/** Starts the gateway of one side and activates the contract in it. */
export async function startUnder({ config, apiUrl }: Organisation, { file }: Contract): Promise<GatewayProcess> {
  const gateway = await startGateway(config, apiUrl);
  try {
    await postiljon('cpa', 'import', file, '--activate', '-c', config);
    return gateway;
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}
