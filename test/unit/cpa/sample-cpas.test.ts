import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { validateCpa } from '../../../src/cpa/validate-cpa.ts';
import { fixturePath, fixturesPresent } from '../../setup/fixtures.ts';
import { SAMPLES, sampleCpas } from '../../setup/sample-cpas.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';
import { NOW } from './sample-contract.ts';

describe('the sample contracts', () => {
  for (const [name, content] of sampleCpas()) {
    it(`${name} is what node test/setup/sample-cpas.ts writes, byte for byte`, () => {
      assert.equal(readFileSync(join(SAMPLES, name), 'utf8'), Buffer.from(content).toString('utf8'));
    });

    it(`${name} is valid against the CPPA schema`, function () {
      const xmllint = tool('xmllint');
      skipUnless(this, fixturesPresent(), 'the folder with schemas is not here');
      skipUnless(this, xmllint !== undefined, 'xmllint is not here');
      const schema = fixturePath('xsd/cpp-cpa-2_0.xsd');
      execFileSync(xmllint ?? '', ['--noout', '--nonet', '--schema', schema, join(SAMPLES, name)], { stdio: 'pipe' });
    });

    it(`${name} follows its profile and has nothing but notes`, () => {
      const findings = validateCpa(parseCpa(content), NOW);
      assert.deepEqual([...new Set(findings.map(({ severity }) => severity))], ['note']);
      const profile = name.replace(/(-sync)?\.xml$/, '');
      const profiles = findings.filter(({ code }) => code === 'PROFILE').map(({ text }) => text);
      assert.equal(profiles.length, 2);
      for (const text of profiles) assert.ok(text.endsWith(`: ${profile})`), text);
    });
  }
});
