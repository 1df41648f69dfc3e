import assert from 'node:assert/strict';
import { loadDocuments } from '../../../src/wus/wsdl/documents.ts';
import { indexComponents } from '../../../src/wus/wsdl/schema/components.ts';
import { readSchema } from '../../../src/wus/wsdl/schema/read-schema.ts';
import type { XsdElement, XsdType } from '../../../src/wus/wsdl/schema/schema.ts';
import { NS, schemaOf } from './json/schemas.ts';
import { openFiles } from './wsdl-samples.ts';

const XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"';

async function rootOf(content: string, form?: string): Promise<XsdElement> {
  const found = (await schemaOf(content, form)).elements.get(`{${NS}}root`);
  assert.ok(found !== undefined);
  return found;
}

const root = (type: string): string => `<xs:element name="root"><xs:complexType>${type}</xs:complexType></xs:element>`;

/** `name` or `name[]` of each child, `@name:primitive` of each attribute, in their order. */
function describeType(type: XsdType): string {
  if (type.kind === 'simple') return type.primitive;
  if (type.kind === 'any') return `any: ${type.reason}`;
  const children = [...type.children].map(([name, { many }]) => (many ? `${name}[]` : name));
  const attributes = [...type.attributes].map(([name, { primitive }]) => `@${name}:${primitive}`);
  return [...children, ...(type.text === undefined ? [] : [`#${type.text}`]), ...attributes].join(' ');
}

describe('XML Schema, as much as translation needs', () => {
  const types: readonly (readonly [clause: string, type: string, described: string, beside?: string])[] = [
    [
      'a sequence',
      '<xs:sequence><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:int" maxOccurs="2"/></xs:sequence>',
      'a b[]',
    ],
    [
      'a group that may be repeated',
      '<xs:sequence maxOccurs="9"><xs:element name="a" type="xs:string"/></xs:sequence>',
      'a[]',
    ],
    [
      'one element in two branches of a choice stands there once',
      '<xs:choice><xs:sequence><xs:element name="a" type="xs:int"/><xs:element name="b" type="xs:int"/></xs:sequence>' +
        '<xs:sequence><xs:element name="c" type="xs:int"/><xs:element name="a" type="xs:int"/></xs:sequence></xs:choice>',
      'a b c',
    ],
    [
      'one element at two places of a sequence stands there twice',
      '<xs:sequence><xs:element name="a" type="xs:int"/><xs:element name="b" type="xs:int"/><xs:element name="a" type="xs:int"/></xs:sequence>',
      'a[] b',
    ],
    [
      'two elements of one name and two types',
      '<xs:sequence><xs:element name="a" type="xs:int"/><xs:element name="a" type="xs:string"/></xs:sequence>',
      'any: it has two elements called a',
    ],
    [
      'named groups, of elements and of attributes',
      '<xs:group ref="tns:G"/><xs:attributeGroup ref="tns:A"/>',
      'g @a:boolean',
      '<xs:group name="G"><xs:all><xs:element name="g" type="xs:string"/></xs:all></xs:group>' +
        '<xs:attributeGroup name="A"><xs:attribute name="a" type="xs:boolean"/></xs:attributeGroup>',
    ],
    [
      'an extension has what its base has, first',
      '<xs:complexContent><xs:extension base="tns:B"><xs:sequence><xs:element name="own" type="xs:string"/></xs:sequence>' +
        '<xs:attribute name="x" type="xs:int"/></xs:extension></xs:complexContent>',
      'base own @y:string @x:integer',
      '<xs:complexType name="B"><xs:sequence><xs:element name="base" type="xs:string"/></xs:sequence><xs:attribute name="y"/></xs:complexType>',
    ],
    [
      'a restriction has its own elements, and the attributes that it does not prohibit',
      '<xs:complexContent><xs:restriction base="tns:B"><xs:sequence/><xs:attribute name="y" use="prohibited"/></xs:restriction></xs:complexContent>',
      '@z:decimal',
      '<xs:complexType name="B"><xs:sequence><xs:element name="base" type="xs:string" minOccurs="0"/></xs:sequence>' +
        '<xs:attribute name="y"/><xs:attribute name="z" type="xs:decimal"/></xs:complexType>',
    ],
    [
      'simple content over simple content',
      '<xs:simpleContent><xs:extension base="tns:B"><xs:attribute name="x" type="xs:long"/></xs:extension></xs:simpleContent>',
      '#base64 @y:string @x:digits',
      '<xs:complexType name="B"><xs:simpleContent><xs:extension base="xs:base64Binary"><xs:attribute name="y"/></xs:extension></xs:simpleContent></xs:complexType>',
    ],
    [
      'lists and unions are text',
      '<xs:attribute name="l"><xs:simpleType><xs:list itemType="xs:int"/></xs:simpleType></xs:attribute>' +
        '<xs:attribute name="u"><xs:simpleType><xs:union memberTypes="xs:int xs:date"/></xs:simpleType></xs:attribute>',
      '@l:string @u:string',
    ],
    ['an attribute that everybody knows', '<xs:attribute ref="xml:lang"/>', '@lang:string'],
    [
      'a wildcard that may be absent lets nothing in',
      '<xs:sequence><xs:any minOccurs="0"/></xs:sequence><xs:anyAttribute/>',
      '',
    ],
    ['a wildcard that must be there', '<xs:sequence><xs:any/></xs:sequence>', 'any: any element must stand in it'],
    [
      'an attribute that is a name with a prefix',
      '<xs:attribute name="q" type="xs:QName"/>',
      'any: values of its attribute q cannot stand in JSON',
    ],
    [
      'two attributes of one local name',
      '<xs:attribute name="lang"/><xs:attribute ref="xml:lang"/>',
      'any: it has two attributes called lang',
    ],
    [
      'an element that never stands there',
      '<xs:sequence><xs:element name="a" type="xs:int" maxOccurs="0" minOccurs="0"/></xs:sequence>',
      '',
    ],
  ];
  for (const [clause, type, described, beside = ''] of types) {
    it(clause, async () => assert.equal(describeType((await rootOf(root(type) + beside)).type()), described));
  }

  it('mixed content is not understood', async () => {
    const mixed = '<xs:element name="root"><xs:complexType mixed="true"/></xs:element>';
    assert.equal(describeType((await rootOf(mixed)).type()), 'any: it has mixed content');
  });

  it('local elements are in the namespace as form and elementFormDefault say; referred ones always are', async () => {
    const element = await rootOf(
      `${root(
        '<xs:sequence><xs:element name="a" type="xs:int"/><xs:element name="b" type="xs:int" form="qualified"/><xs:element ref="tns:c"/></xs:sequence>',
      )}<xs:element name="c" type="xs:int"/>`,
      'unqualified',
    );
    const type = element.type();
    assert.ok(type.kind === 'complex');
    assert.deepEqual(
      [...type.children.values()].map((child) => child.element.name.namespace),
      ['', NS, NS],
    );
  });

  it('XML Schema 1.0 §4.2.1 a schema without namespace takes that of the one that includes it', async () => {
    const wsdl =
      `<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:w"><d:types>` +
      `<xs:schema ${XS} targetNamespace="${NS}"><xs:include schemaLocation="c.xsd"/></xs:schema></d:types></d:definitions>`;
    const included =
      `<xs:schema ${XS} elementFormDefault="qualified"><xs:element name="root" type="T"/><xs:complexType name="T">` +
      '<xs:sequence><xs:element name="a" type="xs:int"/></xs:sequence></xs:complexType></xs:schema>';
    const documents = await loadDocuments('x.wsdl', Buffer.from(wsdl), openFiles({ 'c.xsd': included }));
    const type = readSchema(indexComponents(documents.schemas)).elements.get(`{${NS}}root`)?.type();
    assert.ok(type?.kind === 'complex');
    assert.deepEqual(type.children.get('a')?.element.name, { namespace: NS, localName: 'a' });
  });
});
