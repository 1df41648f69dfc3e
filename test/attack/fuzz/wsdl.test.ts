import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import { elementToJson, jsonToElement } from '../../../src/wus/json/translate.ts';
import { inspectWsdl } from '../../../src/wus/wsdl/read-wsdl.ts';
import { BODIES } from '../../unit/wus/json/sample-bodies.ts';
import { sampleInterface } from '../../unit/wus/json/schemas.ts';
import { openFiles, WSDL_FOLDER } from '../../unit/wus/wsdl-samples.ts';
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, fuzz, fuzzAsync, mutations } from './fuzz.ts';

const FILES = ['echo_v1.wsdl', 'melding_v1.wsdl', 'bevraging_v1.wsdl', 'bevraging_v1.xsd'];
const TOKENS = /(<[^<>]*>|"[^"]*")/;
const SCRAPS = [
  '"unbounded"',
  '"-1"',
  '"1e400"',
  'maxOccurs="999999999"',
  'minOccurs="999999999"',
  'xsi:nil="true"',
  '<xs:any/>',
  '<xs:group ref="bev:Houder"/>',
  '<xs:extension base="tns:Melder"/>',
  '<!--x-->',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '\0',
  'NaN',
  '__proto__',
  '@attachment',
];

describe('fuzz: WSDL and JSON', () => {
  it(`A74 a mutated WSDL is judged without a fault, and read when nothing is wrong with it (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const samples = FILES.map((name) => readFileSync(join(WSDL_FOLDER, name)));
    await fuzzAsync(mutations(samples, TOKENS, SCRAPS), async (octets) => {
      const { wsdl, findings } = await inspectWsdl('x.wsdl', octets, openFiles({ 'bevraging_v1.xsd': octets }));
      assert.equal(
        wsdl === undefined,
        findings.some(({ severity }) => severity === 'error'),
      );
      assert.ok(findings.every(({ place, text, remedy, spec }) => place && text && remedy && spec));
    });
  });

  it(`a mutated body becomes JSON that comes back, or is refused (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const wsdls = await Promise.all((['melding_v1', 'bevraging_v1'] as const).map(sampleInterface));
    fuzz(
      mutations(
        BODIES.map(({ xml }) => Buffer.from(xml)),
        TOKENS,
        SCRAPS,
      ),
      (octets) => {
        for (const { schema } of wsdls) {
          try {
            const { json, name } = elementToJson(octets, schema);
            assert.deepEqual(elementToJson(jsonToElement(json, name, schema).octets, schema).json, json);
          } catch (error) {
            assert.ok(error instanceof GatewayError, String(error));
            assert.match(error.code, /^(?:XML_|TRANSLATION_IMPOSSIBLE|WUS_ATTACHMENT)/);
          }
        }
      },
    );
  });

  it(`mutated JSON becomes an element, or is refused (${FUZZ_SEED})`, async function () {
    this.timeout(FUZZ_TIMEOUT_MS);
    const { schema } = await sampleInterface('bevraging_v1');
    const samples = BODIES.filter(({ sample }) => sample === 'bevraging_v1').map(({ json }) =>
      Buffer.from(JSON.stringify(json)),
    );
    const names = [...schema.elements.values()].map(({ name }) => name);
    fuzz(mutations(samples, /([[\]{}:,]|"[^"]*")/, [...SCRAPS, 'null', '[]', '{}', '1e999', '"\\u0000"']), (octets) => {
      const json = parsed(octets);
      for (const name of json === undefined ? [] : names) {
        try {
          jsonToElement(json, name, schema);
        } catch (error) {
          assert.ok(error instanceof GatewayError, String(error));
          assert.equal(error.code, 'TRANSLATION_IMPOSSIBLE');
        }
      }
    });
  });
});

function parsed(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString('utf8'));
  } catch {
    return undefined;
  }
}
