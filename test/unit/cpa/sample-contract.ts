import assert from 'node:assert/strict';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import type { ProfileName } from '../../../src/cpa/profiles.ts';
import type { Cpa } from '../../../src/cpa/model.ts';
import { sampleCpas } from '../../setup/sample-cpas.ts';

/** Within the validity of every sample contract and certificate. */
export const NOW = Date.parse('2026-11-22T12:00:00Z');

export type SampleName = ProfileName | 'osb-rm-s-sync';

const samples = new Map([...sampleCpas()].map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]));

/** A sample contract as text, with every occurrence of each `from` replaced; each must occur. */
export function sampleText(
  name: SampleName,
  ...edits: readonly (readonly [from: string | RegExp, to: string])[]
): string {
  const text = samples.get(`${name}.xml`);
  assert.ok(text !== undefined, `there is no sample ${name}`);
  return edits.reduce((edited, [from, to]) => {
    const next = typeof from === 'string' ? edited.replaceAll(from, to) : edited.replace(from, to);
    assert.notEqual(next, edited, `nothing to replace: ${String(from)}`);
    return next;
  }, text);
}

export function sampleCpa(name: SampleName, ...edits: readonly (readonly [from: string | RegExp, to: string])[]): Cpa {
  return parseCpa(Buffer.from(sampleText(name, ...edits)));
}
