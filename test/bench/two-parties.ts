import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { GatewayProcess } from '../setup/gateway-process.ts';
import type { Organisation } from '../setup/organisation.ts';
import { type Contract, makeContract, makeTwoOrganisations, startUnder } from '../setup/two-organisations.ts';

export interface Party extends Organisation {
  file(path: string): Buffer;
}

export interface TwoParties {
  readonly folder: string;
  readonly sender: Party;
  readonly receiver: Party;
  readonly contract: Contract;
  /** Starts one party's gateway from dist/ and gives it the contract. */
  start(party: Party): Promise<GatewayProcess>;
}

const KEY_BITS = 2048;
const TERMS = { service: 'urn:osb:services:osb:bench:1.0', action: 'deliver' };

/** Runs `work` with two organisations under a contract of that profile; afterwards nothing is left of them. */
export async function withTwoParties<T>(profile: string, work: (parties: TwoParties) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'postiljon-bench-'));
  const running: GatewayProcess[] = [];
  try {
    const organisations = await makeTwoOrganisations(folder, ['sender', 'receiver'], KEY_BITS);
    // Only a reliable message has an acknowledgment that could be synchronous.
    const terms = { ...TERMS, profile, sync: profile.startsWith('osb-rm') };
    const contract = await makeContract(join(folder, 'cpa.xml'), organisations, terms);
    const [sender, receiver] = organisations;
    return await work({
      folder,
      sender: partyOf(sender),
      receiver: partyOf(receiver),
      contract,
      async start(party) {
        const gateway = await startUnder(party, contract);
        running.push(gateway);
        return gateway;
      },
    });
  } finally {
    // No grace: what still is under way is of no interest.
    for (const gateway of running) await gateway.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How one party connects to the other. */
export function clientTls(party: Party): ConnectionOptions {
  return { key: party.file('keys/tls.key'), cert: party.file('keys/tls.crt'), ca: party.file('keys/ca.crt') };
}

function partyOf(organisation: Organisation): Party {
  return { ...organisation, file: (path) => readFileSync(join(organisation.folder, path)) };
}
