import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type GatewayProcess, postiljon, startGateway } from './gateway-process.ts';

/** One organisation whose gateway is a process of its own. */
export interface RunningParty {
  readonly oin: string;
  readonly folder: string;
  readonly apiUrl: string;
  readonly process: GatewayProcess;
  /** SIGKILL, and a new start with the same configuration. */
  killAndRestart(): Promise<void>;
}

export interface TwoProcesses {
  readonly sender: RunningParty;
  readonly receiver: RunningParty;
  /** CPAId of the synchronous contract, and of the asynchronous one: osb-rm-s, 60 retries a second apart. */
  readonly cpaIds: { readonly sync: string; readonly async: string };
  close(): Promise<void>;
}

export const PROCESS_SERVICE = 'urn:osb:services:osb:fault:1.0';
export const PROCESS_ACTION = 'afleveren';

/** Two compiled gateways over mutual TLS, made and fed with the commands of the README. */
export async function openProcesses(): Promise<TwoProcesses> {
  const folder = await mkdtemp(join(tmpdir(), 'postiljon-fault-'));
  const parties: OpenParty[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(parties.map((party) => party.process.kill()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const sender = await makeParty(folder, 'gemeente', '00000099000000001000');
    parties.push(sender);
    const receiver = await makeParty(folder, 'dienst', '00000099000000002000');
    parties.push(receiver);
    const cpaIds = { sync: await contract(folder, parties, ['--sync']), async: await contract(folder, parties, []) };
    return { sender, receiver, cpaIds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenParty extends RunningParty {
  readonly config: string;
  process: GatewayProcess;
}

async function makeParty(root: string, name: string, oin: string): Promise<OpenParty> {
  const folder = join(root, name);
  const config = join(folder, 'postiljon.yaml');
  const [port, apiPort] = [String(await freePort()), String(await freePort())];
  const keys = ['--test-pki', '--ca', join(root, 'ca'), '--key-bits', '2048'];
  await postiljon('init', folder, '--oin', oin, '--name', name, ...keys, '--port', port, '--api-port', apiPort);
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const party = {
    oin,
    folder,
    config,
    apiUrl,
    process: await startGateway(config, apiUrl),
    async killAndRestart(): Promise<void> {
      await party.process.kill();
      party.process = await startGateway(config, apiUrl);
    },
  };
  return party;
}

async function contract(root: string, parties: readonly OpenParty[], options: readonly string[]): Promise<string> {
  const file = join(root, `cpa${options.join('')}.xml`);
  const files = parties.flatMap((party) => ['--party', join(party.folder, 'party.yaml')]);
  const terms = ['--service', PROCESS_SERVICE, '--action', PROCESS_ACTION, '--profile', 'osb-rm-s'];
  const retries = ['--retries', '60', '--retry-interval', '1'];
  await postiljon('cpa', 'create', ...files, ...terms, ...retries, ...options, '-o', file);
  for (const { config } of parties) await postiljon('cpa', 'import', file, '--activate', '-c', config);
  return /cpaid="([^"]+)"/.exec(await readFile(file, 'utf8'))?.[1] ?? '';
}
