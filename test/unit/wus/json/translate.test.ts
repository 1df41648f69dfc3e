import assert from 'node:assert/strict';
import { GatewayError } from '../../../../src/errors.ts';
import { elementToJson, jsonToElement } from '../../../../src/wus/json/translate.ts';
import type { XsdSchema } from '../../../../src/wus/wsdl/schema/schema.ts';
import { BODIES } from './sample-bodies.ts';
import { NS, sampleInterface, schemaOf } from './schemas.ts';

const ROOT = { namespace: NS, localName: 'root' };
const root = (inner: string, attributes = ''): Buffer =>
  Buffer.from(
    `<t:root xmlns:t="${NS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${attributes}>${inner}</t:root>`,
  );

const pair = (n: number): string => `<t:key>${n}</t:key><t:value>${n}</t:value>`;

const SCHEMA =
  '<xs:element name="root"><xs:complexType><xs:sequence>' +
  '<xs:element name="text" type="xs:string" minOccurs="0"/><xs:element name="int" type="xs:int" minOccurs="0"/>' +
  '<xs:element name="long" type="xs:long" minOccurs="0"/><xs:element name="double" type="xs:double" minOccurs="0"/>' +
  '<xs:element name="bin" type="xs:base64Binary" minOccurs="0"/><xs:element name="any" type="xs:anyType" minOccurs="0"/>' +
  '<xs:element name="code" type="tns:Code" minOccurs="0"/><xs:element name="__proto__" type="xs:string" minOccurs="0"/>' +
  '<xs:element name="nil" type="tns:Nil" nillable="true" minOccurs="0"/>' +
  '<xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:choice>' +
  '<xs:sequence minOccurs="0" maxOccurs="unbounded"><xs:element name="key" type="xs:string"/><xs:element name="value" type="xs:string"/></xs:sequence>' +
  '<xs:element name="root" type="tns:Root" minOccurs="0" maxOccurs="unbounded"/>' +
  '</xs:sequence></xs:complexType></xs:element>' +
  '<xs:complexType name="Root"><xs:sequence><xs:element name="root" type="tns:Root" minOccurs="0"/></xs:sequence></xs:complexType>' +
  '<xs:complexType name="Nil"><xs:simpleContent><xs:extension base="xs:int"><xs:attribute name="why" type="xs:string"/>' +
  '<xs:attribute name="must" type="xs:boolean" use="required"/></xs:extension></xs:simpleContent></xs:complexType>' +
  '<xs:simpleType name="Code"><xs:restriction base="xs:int"><xs:pattern value="[0-9]{4}"/></xs:restriction></xs:simpleType>';

/** An array in arrays, or an object in objects, as JSON.parse gives it. */
const nested = (depth: number): unknown => JSON.parse(`${'{"root":'.repeat(depth)}{}${'}'.repeat(depth)}`);

function refusal(act: () => unknown): readonly [code: string, location: string | undefined] {
  try {
    act();
  } catch (error) {
    if (error instanceof GatewayError) return [error.code, error.location];
    throw error;
  }
  return ['translated', undefined];
}

describe('translation between XML and JSON', () => {
  let schema: XsdSchema;
  before(async () => {
    schema = await schemaOf(SCHEMA);
  });

  for (const { sample, xml, json, attachments = [] } of BODIES) {
    const name = /[\w]+(?=[ >])/.exec(xml)?.[0];
    it(`${sample}: ${name} becomes JSON by its schema, and comes back`, async () => {
      const wsdl = await sampleInterface(sample);
      const there = elementToJson(Buffer.from(xml), wsdl.schema);
      assert.deepEqual(JSON.parse(JSON.stringify(there.json)), json);
      assert.deepEqual(there.contentIds, attachments);
      const back = jsonToElement(json, there.name, wsdl.schema);
      assert.deepEqual(elementToJson(back.octets, wsdl.schema), there);
      assert.deepEqual(back.contentIds, attachments);
    });
  }

  it('keeps what a double cannot hold, and spelling that a pattern asks for', () => {
    const { json } = elementToJson(
      root('<t:long>-9223372036854775808</t:long><t:double>-0</t:double><t:code>0042</t:code>'),
      schema,
    );
    assert.deepEqual(json, { long: '-9223372036854775808', double: '-0', code: '0042' });
    for (const text of ['INF', '-INF', 'NaN']) {
      assert.deepEqual(elementToJson(root(`<t:double>${text}</t:double>`), schema).json, { double: text });
    }
  });

  it('takes a whole number where a string of digits is meant', () => {
    const { octets } = jsonToElement({ long: 12 }, ROOT, schema);
    assert.deepEqual(elementToJson(octets, schema).json, { long: '12' });
  });

  it('pairs of a group that is repeated come back in their order', () => {
    const { json, name } = elementToJson(root(pair(1) + pair(2)), schema);
    assert.deepEqual(json, { key: ['1', '2'], value: ['1', '2'] });
    assert.match(jsonToElement(json, name, schema).octets.toString(), /key>1<.*value>1<.*key>2<.*value>2</);
  });

  it('an element called __proto__ is an element like any other', () => {
    const { json, name } = elementToJson(root('<t:__proto__>x</t:__proto__>'), schema);
    assert.deepEqual(Object.entries(json ?? {}), [['__proto__', 'x']]);
    assert.match(jsonToElement(JSON.parse('{"__proto__":"x"}'), name, schema).octets.toString(), /:__proto__>x</);
  });

  const documents: readonly (readonly [why: string, octets: Buffer, location: string])[] = [
    ['an element that the schema has not', root('<t:x/>'), '/root/x'],
    ['an element of no namespace', root('<text/>'), '/root/text'],
    ['an attribute that the schema has not', root('', ' x="1"'), '/root/@x'],
    ['xsi:type', root('<t:text xsi:type="xs:string">x</t:text>'), '/root/text'],
    ['text between elements', root('x<t:text/>'), '/root'],
    ['an element in a simple type', root('<t:text><t:b/></t:text>'), '/root/text'],
    ['a comment within a value', root('<t:text>a<!-- -->b</t:text>'), '/root/text'],
    ['a processing instruction', root('<?x y?><t:text/>'), '/root'],
    ['content of any kind', root('<t:any/>'), '/root/any'],
    ['a value that is none of its type', root('<t:int>1.5</t:int>'), '/root/int'],
    ['an integer beyond its type', root('<t:int>9007199254740993</t:int>'), '/root/int'],
    ['base64 with bits left over', root('<t:bin>AB==</t:bin>'), '/root/bin'],
    ['the order of a choice that is repeated', root('<t:a/><t:b/><t:a/>'), '/root/b'],
    ['half of a pair', root('<t:key/>'), '/root/value'],
    ['the wrong order', root('<t:int>1</t:int><t:text/>'), '/root/int'],
    ['one too many', root('<t:text/><t:text/>'), '/root/text'],
    ['nil where it may not be', root('<t:text xsi:nil="true"/>'), '/root/text'],
    ['nil with content', root('<t:nil must="1" xsi:nil="true">1</t:nil>'), '/root/nil'],
    ['an attribute that is missing', root('<t:nil>1</t:nil>'), '/root/nil/@must'],
    ['an attribute with a value of another type', root('<t:nil must="ja">1</t:nil>'), '/root/nil/@must'],
    ['an element that no schema declares', Buffer.from('<root/>'), '/root'],
  ];
  for (const [why, octets, location] of documents) {
    it(`refuses XML that would lose something: ${why}`, () => {
      assert.deepEqual(
        refusal(() => elementToJson(octets, schema)),
        ['TRANSLATION_IMPOSSIBLE', location],
      );
    });
  }

  const values: readonly (readonly [why: string, json: unknown, location: string])[] = [
    ['no object', 5, ''],
    ['null at the top', null, ''],
    ['an array at the top', [], ''],
    ['a member that the schema has not', { 'x/~y': 1 }, '/x~1~0y'],
    ['a member called constructor', { constructor: 1 }, '/constructor'],
    ['__proto__ with an object', JSON.parse('{"__proto__":{"text":"x"}}'), '/__proto__'],
    ['an attribute that the schema has not', { '@x': 1 }, '/@x'],
    ['#text where there is none', { '#text': 'x' }, '/#text'],
    ['a number for a string', { text: 1 }, '/text'],
    ['a string for a number', { int: '1' }, '/int'],
    ['a fraction for a whole number', { int: 1.5 }, '/int'],
    ['a number that lost its last digits', { long: 2 ** 53 }, '/long'],
    ['a number that no double is', { double: Infinity }, '/double'],
    ['an array for one value', { text: ['x'] }, '/text'],
    ['one value for an array', { a: 'x' }, '/a'],
    ['a value of an array', { a: ['x', 5] }, '/a/1'],
    ['NUL', { text: 'a\0b' }, '/text'],
    ['half a surrogate pair', { text: '\ud800' }, '/text'],
    ['a control character', { a: ['\u0085'] }, '/a/0'],
    ['what is no base64', { bin: 'a!' }, '/bin'],
    ['an attachment with more than its name', { bin: { '@attachment': 'a', x: 1 } }, '/bin'],
    ['an attachment without name', { bin: { '@attachment': '' } }, '/bin'],
    ['an attachment where no base64 is', { text: { '@attachment': 'a' } }, '/text'],
    ['content of any kind', { any: 'x' }, '/any'],
    ['null where nil may not be', { text: null }, '/text'],
    ['nil with content', { nil: { '@must': true, '#nil': true, '#text': 1 } }, '/nil/#text'],
    ['nil that is not true', { nil: { '@must': true, '#nil': 'yes' } }, '/nil/#nil'],
    ['an attribute that is missing', { nil: { '#text': 1 } }, '/nil/@must'],
    ['text that is missing', { nil: { '@must': true } }, '/nil/#text'],
    ['half of a pair', { key: ['1', '2'], value: ['1'] }, '/value'],
    ['objects nested 300 deep', { root: [nested(300)] }, `/root/0${'/root'.repeat(255)}`],
    ['200,001 elements', { a: Array.from({ length: 200_001 }, () => '') }, '/a/199999'],
    ['11 MB of text', { text: 'x'.repeat(11 * 1024 * 1024) }, '/text'],
    ['11 MB in an attribute', { nil: { '@must': true, '@why': 'x'.repeat(11 * 1024 * 1024), '#text': 1 } }, '/nil'],
  ];
  for (const [why, json, location] of values) {
    it(`refuses JSON with the place in it: ${why}`, () => {
      assert.deepEqual(
        refusal(() => jsonToElement(json, ROOT, schema)),
        ['TRANSLATION_IMPOSSIBLE', location],
      );
    });
  }

  it('says what is expected where a value is refused', () => {
    assert.throws(() => jsonToElement({ int: '1' }, ROOT, schema), /\/int: a whole number is expected/);
  });
});
