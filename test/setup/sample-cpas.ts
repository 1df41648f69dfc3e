/** Writes the sample contracts in `cpa/` from the two sample parties there: `node test/setup/sample-cpas.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { createCpa } from '../../src/cpa/create-cpa.ts';
import { PROFILE_NAMES } from '../../src/cpa/profiles.ts';
import { parsePartyProfile } from '../../src/cpa/party-profile.ts';
import type { PartyProfile } from '../../src/cpa/party-profile.ts';

export const SAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'cpa');
export const SAMPLE_SERVICE = 'dienst-voorbeeld:meldingen:1.0';

export function sampleParty(name: 'gemeente-voorbeeld' | 'dienst-voorbeeld'): PartyProfile {
  const file = `${name}.party.yaml`;
  return parsePartyProfile(parse(readFileSync(join(SAMPLES, file), 'utf8')), file);
}

/** File name → content. */
export function sampleCpas(): ReadonlyMap<string, Uint8Array> {
  const parties = [sampleParty('gemeente-voorbeeld'), sampleParty('dienst-voorbeeld')] as const;
  const variants = PROFILE_NAMES.flatMap((profile) => [
    { profile, name: profile, sync: false },
    ...(profile === 'osb-rm-s' ? [{ profile, name: 'osb-rm-s-sync', sync: true }] : []),
  ]);
  return new Map(
    variants.map(({ profile, name, sync }) => [
      `${name}.xml`,
      createCpa({
        parties,
        profile,
        sync,
        service: SAMPLE_SERVICE,
        actions: ['meldingIndienen'],
        replyActions: ['meldingBevestigen'],
        version: name,
        start: Date.parse('2026-01-01T00:00:00Z'),
        end: Date.parse('2036-01-01T00:00:00Z'),
      }),
    ]),
  );
}

if (import.meta.main) {
  for (const [name, content] of sampleCpas()) writeFileSync(join(SAMPLES, name), content);
}
