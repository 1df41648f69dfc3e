import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GatewayError } from '../../../../src/errors.ts';
import { elementToJson, jsonToElement } from '../../../../src/wus/json/translate.ts';
import type { XsdSchema } from '../../../../src/wus/wsdl/schema/schema.ts';
import { assertSameContent } from './same-content.ts';
import { RandomDocument, RandomSchema } from './random-documents.ts';
import { NS, sampleInterface, schemaOf } from './schemas.ts';

const ROOT = { namespace: NS, localName: 'root' };

function roundTrip(document: string, schema: XsdSchema): void {
  const octets = Buffer.from(document);
  const { name, json } = elementToJson(octets, schema);
  const parsed: unknown = JSON.parse(JSON.stringify(json));
  assert.deepEqual(parsed, json);
  const back = jsonToElement(parsed, name, schema);
  assertSameContent(octets, back.octets);
}

describe('translation between XML and JSON, on random documents', () => {
  it('of random schemas: loses nothing where no group is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const draw = <T>(arbitrary: fc.Arbitrary<T>): T => gen(() => arbitrary);
        const schema = await schemaOf(
          new RandomSchema(draw, true).root(),
          draw(fc.constantFrom('qualified', 'unqualified')),
        );
        const root = schema.elements.get(`{${NS}}root`);
        assert.ok(root !== undefined);
        roundTrip(new RandomDocument(draw, true).element(root), schema);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  it('of random schemas: loses nothing, or refuses an order that JSON cannot keep', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const draw = <T>(arbitrary: fc.Arbitrary<T>): T => gen(() => arbitrary);
        const schema = await schemaOf(new RandomSchema(draw, false).root());
        const root = schema.elements.get(`{${NS}}root`);
        assert.ok(root !== undefined);
        try {
          roundTrip(new RandomDocument(draw, false).element(root), schema);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          assert.equal(error.code, 'TRANSLATION_IMPOSSIBLE');
          refused++;
        }
      }),
      { numRuns: 150, endOnFailure: true },
    );
    assert.ok(refused < 75, `${refused} of 150 are refused`);
  });

  for (const sample of ['echo_v1', 'melding_v1', 'bevraging_v1'] as const) {
    it(`of ${sample}.wsdl: every message that follows its schema`, async () => {
      const { schema, operations } = await sampleInterface(sample);
      const elements = operations.flatMap(({ input, output, faults }) => [
        input,
        output,
        ...faults.map(({ element }) => element),
      ]);
      fc.assert(
        fc.property(fc.constantFrom(...elements), fc.gen(), ({ namespace, localName }, gen) => {
          const declared = schema.elements.get(`{${namespace}}${localName}`);
          assert.ok(declared !== undefined);
          roundTrip(new RandomDocument((arbitrary) => gen(() => arbitrary), true).element(declared), schema);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('random JSON becomes an element that says the same, or is refused with a JSON pointer', async () => {
    const schema = await schemaOf(
      '<xs:element name="root"><xs:complexType><xs:sequence><xs:element name="a" type="xs:int" minOccurs="0"/>' +
        '<xs:element name="b" type="xs:string" minOccurs="0" maxOccurs="unbounded" nillable="true"/></xs:sequence>' +
        '<xs:attribute name="c" type="xs:boolean"/></xs:complexType></xs:element>',
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.oneof(fc.string(), fc.constant(null))),
    );
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('a', 'b', '@c', '#text', '__proto__', 'd'), value),
    );
    fc.assert(
      fc.property(json, (given) => {
        try {
          const { octets } = jsonToElement(given, ROOT, schema);
          assert.deepEqual(elementToJson(octets, schema).json, dropEmpty(given));
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          assert.equal(error.code, 'TRANSLATION_IMPOSSIBLE');
          assert.match(error.location ?? 'none', /^(?:\/.*)?$/s);
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** A list without members is absent in XML, and so absent in JSON. */
function dropEmpty(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}
