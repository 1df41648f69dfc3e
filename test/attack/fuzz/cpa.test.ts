import assert from 'node:assert/strict';
import { agreementIndexOf } from '../../../src/cpa/agreement-index.ts';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { validateCpa } from '../../../src/cpa/validate-cpa.ts';
import { GatewayError } from '../../../src/errors.ts';
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, fuzz, mutations } from './fuzz.ts';
import { cpaSamples } from './samples.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const SCRAPS = [
  'always',
  'never',
  'perMessage',
  'PT1H',
  'P0D',
  '-1',
  '99999999999999999999',
  'http://[::1]/x',
  'javascript:alert(1)',
  '2026-02-30T00:00:00Z',
  '<!--x-->',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
];

function readCpa(octets: Buffer): ReturnType<typeof parseCpa> | undefined {
  try {
    return parseCpa(octets);
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return undefined;
  }
}

describe('fuzz: CPA', () => {
  it(`A74 a mutated contract is read or refused, and what was read is judged without a fault (${FUZZ_SEED})`, function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const samples = cpaSamples();
    for (const sample of samples) assert.ok(readCpa(sample));
    fuzz(mutations(samples, /(<[^<>]*>|"[^"]*")/, SCRAPS), (octets) => {
      const cpa = readCpa(octets);
      if (cpa === undefined) return;
      assert.deepEqual(Buffer.from(cpa.bytes), octets);
      const findings = validateCpa(cpa, NOW);
      assert.deepEqual(validateCpa(cpa, NOW), findings);
      assert.ok(findings.every(({ code, place, remedy }) => code && place && remedy));
      agreementIndexOf(cpa);
    });
  });
});
