import { readdirSync } from 'node:fs';
import { parseCpa } from '../../src/cpa/parse-cpa.ts';
import type { PartnerTerms } from '../../src/msh/parts.ts';
import { type Captured, readCapture } from './captures.ts';
import { fixture, fixturePath } from './fixtures.ts';
import { ManualClock } from './manual-clock.ts';
import { openRecordingPartner, type RecordingPartner } from './recording-partner.ts';
import { openTestGateway, type TestGateway } from './test-gateway.ts';

const PARTIES = { overheid: 'urn:osb:oin:00000000000000000001', digipoort: 'urn:osb:oin:00000000000000000000' };
type PartyName = keyof typeof PARTIES;

/** The first request of a captured case. */
export function firstCapture(name: string): Captured {
  return readCapture(`captures/${name}/1-to-overheid.request`);
}

export interface Place {
  readonly here: TestGateway;
  readonly partner: RecordingPartner;
}

/** A gateway of one party with every contract, its clock at the time of the recording; the other party records. */
export async function withReceiver(
  name: PartyName,
  options: { readonly captured: Captured; readonly allow?: PartnerTerms['allow'] },
  use: (place: Place) => Promise<void>,
): Promise<void> {
  const partner = await openRecordingPartner();
  const other = name === 'overheid' ? PARTIES.digipoort : PARTIES.overheid;
  const pem = fixture('keys/cert.pem');
  const here = await openTestGateway({
    parties: [PARTIES[name]],
    cpas: allContracts(),
    keys: [{ certificate: pem, key: fixture('keys/key.pem') }],
    roots: [pem],
    clock: new ManualClock(timestampOf(options.captured)),
    partners: new Map([[other, { allow: options.allow ?? [], endpoint: partner.url }]]),
  });
  try {
    await use({ here, partner });
  } finally {
    await here.close();
    await partner.close();
  }
}

function allContracts(): readonly Buffer[] {
  const byId = new Map<string, Buffer>();
  for (const folder of ['cpas', 'captures/cpas']) {
    for (const file of readdirSync(fixturePath(folder))) {
      const bytes = fixture(`${folder}/${file}`);
      byId.set(parseCpa(bytes).cpaId, bytes);
    }
  }
  return [...byId.values()];
}

/** A quarter of an hour into the life of expired ones counts: the clock stands at the Timestamp, or after TimeToLive. */
function timestampOf({ body }: Captured): number {
  const text = body.toString('latin1');
  const timestamp = /Timestamp>([^<]+)</.exec(text)?.[1];
  return timestamp === undefined ? Date.parse('2026-11-21T23:50:00Z') : Date.parse(timestamp) + 1000;
}
