import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GatewayError } from '../../../../src/errors.ts';
import type { Translation } from '../../../../src/ports/translation.ts';
import { createTranslation } from '../../../../src/wus/json/translation.ts';
import { inspectSchema } from '../../../../src/wus/wsdl/read-schema-file.ts';
import { MELDING, meldingJson, meldingTranslation, meldingXml } from '../../../setup/translations.ts';
import { RandomDocument, RandomSchema } from './random-documents.ts';
import { assertSameContent } from './same-content.ts';
import { NS } from './schemas.ts';

const ROOT = { namespace: NS, localName: 'root' };

function isRefusal(thrown: unknown): thrown is GatewayError {
  return thrown instanceof GatewayError && thrown.code === 'TRANSLATION_IMPOSSIBLE';
}

/** undefined: refused, as it may be; whatever else is thrown goes on. */
function orRefused(translate: () => Buffer): Buffer | undefined {
  try {
    return translate();
  } catch (thrown) {
    if (isRefusal(thrown)) return undefined;
    throw thrown;
  }
}

const damaged = (text: string, { at, by }: { at: number; by: string }): Buffer =>
  Buffer.from(text.slice(0, at % text.length) + by + text.slice((at % text.length) + 1));

describe('translation of whole documents', () => {
  it('of a random XML Schema: comes back with the same content, and JSON octet for octet, or is refused', async () => {
    let translated = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.gen(), async (once, gen) => {
        const draw = <T>(arbitrary: fc.Arbitrary<T>): T => gen(() => arbitrary);
        const text =
          `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="${NS}" targetNamespace="${NS}" ` +
          `elementFormDefault="qualified">${new RandomSchema(draw, once).root()}</xs:schema>`;
        const { schema, findings } = await inspectSchema('a.xsd', Buffer.from(text), () => Promise.resolve(undefined));
        assert.deepEqual(findings, []);
        const root = schema?.elements.get(`{${NS}}root`);
        assert.ok(schema !== undefined && root !== undefined);
        const translation = createTranslation(ROOT, schema);
        const xml = Buffer.from(new RandomDocument(draw, once).element(root));
        const json = orRefused(() => translation.toJson(xml));
        if (json === undefined) {
          assert.equal(once, false, 'only an order that JSON cannot keep is refused');
          refused++;
          return;
        }
        const back = translation.toXml(json);
        assertSameContent(xml, back);
        assert.deepEqual(translation.toJson(back), json);
        translated++;
      }),
      { numRuns: 200, endOnFailure: true },
    );
    assert.ok(translated > 120, `${translated} of 200 were translated, ${refused} refused`);
  });

  it('of octets that were damaged: what is translated comes back, everything else is TRANSLATION_IMPOSSIBLE', async () => {
    const translation = await meldingTranslation();
    let translated = 0;
    const damage = fc.record({
      at: fc.nat(),
      by: fc.constantFrom('', ' ', '<', '&', '"', '0', 'e', '{', ']', '\u0000', 'é'),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 2 ** 31 - 1 }),
        fc.array(fc.constantFrom('a', ' ', 'é😀')),
        damage,
        (n, texts, how) => {
          const json = orRefused(() => translation.toJson(damaged(meldingXml(n, ...texts), how)));
          if (json !== undefined) {
            assert.deepEqual(translation.toJson(translation.toXml(json)), json);
            translated++;
          }
          const given = damaged(JSON.stringify(meldingJson(n, ...texts)), how);
          const xml = orRefused(() => translation.toXml(given));
          if (xml !== undefined) {
            assert.deepEqual(JSON.parse(translation.toJson(xml).toString()), dropEmpty(JSON.parse(given.toString())));
            translated++;
          }
        },
      ),
      { numRuns: 500 },
    );
    assert.ok(translated > 50, `${translated} of 1000 were translated`);
  });

  const REFUSED: readonly (readonly [what: string, (translation: Translation) => Buffer, RegExp])[] = [
    ['another root', (one) => one.toJson(Buffer.from('<andere/>')), /no schema declares andere/],
    ['another namespace', (one) => one.toJson(Buffer.from('<melding><nummer>1</nummer></melding>')), /no schema/],
    ['no XML', (one) => one.toJson(Buffer.from('geen XML')), /XML_MALFORMED/],
    ['a DTD', (one) => one.toJson(Buffer.from(`<!DOCTYPE a>${meldingXml(1)}`)), /XML_FORBIDDEN/],
    ['a value that is none', (one) => one.toJson(Buffer.from(meldingXml('een'))), /no value of its type/],
    [
      'an attachment of SOAP',
      (one) => one.toJson(Buffer.from(INCLUDE)),
      /the schema has no such element|something else/,
    ],
    ['no JSON', (one) => one.toXml(Buffer.from('{')), /REQUEST_INVALID/],
    ['a member twice', (one) => one.toXml(Buffer.from('{"nummer":1,"nummer":2}')), /twice/],
    ['a member that is missing', (one) => one.toXml(Buffer.from('{}')), /nummer.*missing/],
    [
      'a character that XML cannot hold',
      (one) => one.toXml(Buffer.from('{"nummer":1,"opmerking":["\\u0000"]}')),
      /XML cannot/,
    ],
  ];
  const INCLUDE =
    `<m:melding xmlns:m="${MELDING}"><m:nummer><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" ` +
    'href="cid:a@b"/></m:nummer></m:melding>';
  for (const [what, translate, reason] of REFUSED) {
    it(`TRANSLATION_IMPOSSIBLE: ${what}`, async () => {
      const translation = await meldingTranslation();
      assert.throws(
        () => translate(translation),
        (thrown) => isRefusal(thrown) && reason.test(thrown.message),
      );
    });
  }

  it('TRANSLATION_IMPOSSIBLE: base64 that lies in an attachment, which only SOAP has', async () => {
    const text =
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${NS}">` +
      '<xs:element name="root" type="xs:base64Binary"/></xs:schema>';
    const { schema } = await inspectSchema('a.xsd', Buffer.from(text), () => Promise.resolve(undefined));
    assert.ok(schema !== undefined);
    const translation = createTranslation(ROOT, schema);
    const include = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:a@b"/>';
    assert.throws(() => translation.toJson(Buffer.from(`<r:root xmlns:r="${NS}">${include}</r:root>`)), isRefusal);
    assert.throws(() => translation.toXml(Buffer.from('{"@attachment":"a@b"}')), isRefusal);
  });
});

/** A list without members is absent in XML, and so absent in JSON. */
function dropEmpty(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}
