import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayProcess } from '../../setup/gateway-process.ts';
import { type Contract, makeContract, makeTwoOrganisations, startUnder } from '../../setup/two-organisations.ts';
import type { TwoOrganisations } from '../../setup/two-organisations.ts';
import type { Steps } from './steps.ts';

export interface Place {
  /** The sender, then the receiver. */
  readonly organisations: TwoOrganisations;
  readonly contract: Contract;
  close(): Promise<void>;
}

const NAMES = ['gemeente-voorbeeld', 'dienst-voorbeeld'] as const;
const TERMS = { service: 'urn:osb:services:osb:melding:1.0', action: 'melden', sync: true };

const TRAITS: Readonly<Record<string, string>> = {
  'osb-rm-s': 'reliable, signed',
  'osb-rm-e': 'reliable, signed, payloads encrypted',
};

/** Two organisations with a test PKI, a contract and a running gateway each: what the README does by hand. */
export async function openOrganisations(
  steps: Steps,
  profile: string,
  prepare?: (organisations: TwoOrganisations) => Promise<void>,
): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'postiljon-demo-'));
  const running: GatewayProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(running.map((gateway) => gateway.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const organisations = await steps.step('Two organisations: a test PKI, keys and a configuration each', () =>
      makeTwoOrganisations(folder, NAMES),
    );
    const contract = await steps.step(
      `Their contract: a CPA for profile ${profile} (${TRAITS[profile] ?? 'as asked'})`,
      () => makeContract(join(folder, 'cpa.xml'), organisations, { ...TERMS, profile }),
    );
    await prepare?.(organisations);
    await steps.step('Two gateways, mutual TLS between them, each with the contract active', async () => {
      const starts = organisations.map((organisation) => startUnder(organisation, contract));
      for (const start of await Promise.allSettled(starts)) if (start.status === 'fulfilled') running.push(start.value);
      await Promise.all(starts);
    });
    return { organisations, contract, close };
  } catch (error) {
    await close();
    throw error;
  }
}
