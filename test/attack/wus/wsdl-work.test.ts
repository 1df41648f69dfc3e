import assert from 'node:assert/strict';
import { inspectWsdl } from '../../../src/wus/wsdl/read-wsdl.ts';
import { openFiles, sampleWsdl } from '../../unit/wus/wsdl-samples.ts';

/** What a schema of a partner may cost at most; honest ones take milliseconds. */
const MOST_MS = 5_000;

/** The echo service with these components, and `type` as the type of its text. */
const withSchema = (components: string, type: string): string =>
  sampleWsdl(
    'echo_v1.wsdl',
    ['name="tekst" type="xs:string"', `name="tekst" type="${type}"`],
    ['</xs:schema>', `${components}</xs:schema>`],
  );

const list = (length: number, make: (place: number) => string): string =>
  Array.from({ length }, (_, place) => make(place)).join('');

const SCHEMAS: readonly (readonly [name: string, text: () => string])[] = [
  [
    'groups that name the next one ten times, thirty deep',
    () =>
      withSchema(
        list(
          30,
          (n) =>
            `<xs:group name="G${n}"><xs:sequence>${`<xs:group ref="tns:G${n + 1}"/>`.repeat(10)}</xs:sequence></xs:group>`,
        ) +
          '<xs:group name="G30"><xs:sequence><xs:element name="x" type="xs:int"/></xs:sequence></xs:group>' +
          '<xs:complexType name="T"><xs:group ref="tns:G0"/></xs:complexType>',
        'tns:T',
      ),
  ],
  [
    'attribute groups that name the next one ten times, thirty deep',
    () =>
      withSchema(
        list(
          30,
          (n) =>
            `<xs:attributeGroup name="A${n}">${`<xs:attributeGroup ref="tns:A${n + 1}"/>`.repeat(10)}</xs:attributeGroup>`,
        ) +
          '<xs:attributeGroup name="A30"><xs:attribute name="x"/></xs:attributeGroup>' +
          '<xs:complexType name="T"><xs:attributeGroup ref="tns:A0"/></xs:complexType>',
        'tns:T',
      ),
  ],
  [
    'a chain of 20,000 types, each derived from the next',
    () =>
      withSchema(
        list(20_000, (n) => `<xs:simpleType name="T${n}"><xs:restriction base="tns:T${n + 1}"/></xs:simpleType>`) +
          '<xs:simpleType name="T20000"><xs:restriction base="xs:int"/></xs:simpleType>',
        'tns:T0',
      ),
  ],
  [
    'a chain of 20,000 types, each the element of the one before',
    () =>
      withSchema(
        list(
          20_000,
          (n) =>
            `<xs:complexType name="T${n}"><xs:sequence><xs:element name="x" type="tns:T${n + 1}"/></xs:sequence></xs:complexType>`,
        ) + '<xs:complexType name="T20000"/>',
        'tns:T0',
      ),
  ],
  [
    'a chain of 20,000 elements, each of the substitution group of the next',
    () =>
      withSchema(
        list(20_000, (n) => `<xs:element name="E${n}" substitutionGroup="tns:E${n + 1}"/>`) +
          '<xs:element name="E20000" type="xs:int"/><xs:complexType name="T"><xs:sequence><xs:element ref="tns:E0"/></xs:sequence></xs:complexType>',
        'tns:T',
      ),
  ],
  [
    '50,000 references that lead nowhere',
    () =>
      withSchema(
        list(50_000, (n) => `<xs:element name="E${n}" type="tns:N${n}"/>`),
        'tns:N0',
      ),
  ],
  [
    '10,000 operations and messages',
    () =>
      sampleWsdl(
        'echo_v1.wsdl',
        [
          '</wsdl:portType>',
          `${list(10_000, (n) => `<wsdl:operation name="o${n}"><wsdl:input message="tns:m${n}"/></wsdl:operation>`)}</wsdl:portType>`,
        ],
        ['<wsdl:portType', `${list(10_000, (n) => `<wsdl:message name="m${n}"/>`)}<wsdl:portType`],
      ),
  ],
];

describe('WSDLs made for work', () => {
  for (const [name, text] of SCHEMAS) {
    it(`A86 ${name}`, async function () {
      this.timeout(MOST_MS * 4);
      const octets = Buffer.from(text());
      const before = process.cpuUsage();
      const { findings } = await inspectWsdl('x.wsdl', octets, openFiles());
      const { user } = process.cpuUsage(before);
      assert.ok(findings.length < 2_000, String(findings.length));
      assert.ok(user / 1000 < MOST_MS, `${user / 1000} ms`);
    });
  }
});
