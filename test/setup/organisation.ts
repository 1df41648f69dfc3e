import { join } from 'node:path';
import { freePort, postiljon } from './gateway-process.ts';

/** A party with its folder as `postiljon init` makes it: keys of a test PKI, configuration, `party.yaml`. */
export interface Organisation {
  readonly name: string;
  readonly oin: string;
  readonly folder: string;
  readonly config: string;
  readonly apiUrl: string;
  readonly ebmsUrl: string;
}

export interface OrganisationTerms {
  /** Folder that the organisation's own one is made in. */
  readonly parent: string;
  /** Folder of the test CA that both sides share. */
  readonly ca: string;
  readonly name: string;
  readonly oin: string;
  readonly keyBits?: number;
}

export async function makeOrganisation({ parent, ca, name, oin, keyBits }: OrganisationTerms): Promise<Organisation> {
  const folder = join(parent, name);
  const [port, apiPort] = [await freePort(), await freePort()];
  const pki = ['--test-pki', '--ca', ca, ...(keyBits === undefined ? [] : ['--key-bits', String(keyBits)])];
  const ports = ['--port', String(port), '--api-port', String(apiPort)];
  await postiljon('init', folder, '--oin', oin, '--name', name, ...pki, ...ports);
  return {
    name,
    oin,
    folder,
    config: join(folder, 'postiljon.yaml'),
    apiUrl: `http://127.0.0.1:${apiPort}`,
    ebmsUrl: `https://localhost:${port}/ebms`,
  };
}
