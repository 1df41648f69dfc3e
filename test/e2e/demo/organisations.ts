import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, postiljon, startGateway } from '../../setup/gateway-process.ts';
import { makeOrganisation, type Organisation } from '../../setup/organisation.ts';
import type { Steps } from './steps.ts';

export interface Place {
  /** The sender, then the receiver. */
  readonly organisations: readonly [Organisation, Organisation];
  readonly cpaId: string;
  readonly service: string;
  readonly action: string;
  close(): Promise<void>;
}

const SERVICE = 'urn:osb:services:osb:melding:1.0';
const ACTION = 'melden';

/** Two organisations with a test PKI, a contract and a running gateway each: what the README does by hand. */
export async function openOrganisations(steps: Steps): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'postiljon-demo-'));
  const running: GatewayProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(running.map((gateway) => gateway.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const organisations = await steps.step('Two organisations: a test PKI, keys and a configuration each', async () => {
      const shared = { parent: folder, ca: join(folder, 'ca') };
      const sender = await makeOrganisation({ ...shared, name: 'gemeente-voorbeeld', oin: '00000099000000001000' });
      return [
        sender,
        await makeOrganisation({ ...shared, name: 'dienst-voorbeeld', oin: '00000099000000002000' }),
      ] as const;
    });
    const cpa = join(folder, 'cpa.xml');
    const parties = organisations.flatMap((one) => ['--party', join(one.folder, 'party.yaml')]);
    await steps.step('Their contract: a CPA for profile osb-rm-s (reliable, signed)', () =>
      postiljon(
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
        cpa,
      ),
    );
    await steps.step('Two gateways, mutual TLS between them, each with the contract active', async () => {
      const starts = organisations.map(({ config, apiUrl }) => startGateway(config, apiUrl));
      for (const start of await Promise.allSettled(starts)) if (start.status === 'fulfilled') running.push(start.value);
      await Promise.all(starts);
      await Promise.all(organisations.map(({ config }) => postiljon('cpa', 'import', cpa, '--activate', '-c', config)));
    });
    const cpaId = /cpaid="([^"]+)"/.exec(await readFile(cpa, 'utf8'))?.[1] ?? '';
    return { organisations, cpaId, service: SERVICE, action: ACTION, close };
  } catch (error) {
    await close();
    throw error;
  }
}
