import type { XmlElement } from '../../../xml/tree.ts';
import { childrenIn, plainAttribute, XSD_NAMESPACE } from '../names.ts';
import { type SchemaReading, typeByName } from './reading.ts';
import type { XsdPrimitive, XsdType } from './schema.ts';

/** How values of an xs:simpleType stand in JSON; undefined: they cannot. @spec XML Schema 1.0 Part 2 §4.1 */
export function readPrimitive(simpleType: XmlElement, reading: SchemaReading): XsdPrimitive | undefined {
  const [variety] = childrenIn(simpleType, XSD_NAMESPACE).filter((child) => child.localName !== 'annotation');
  if (variety?.localName === 'restriction') return readRestriction(variety, reading);
  if (variety === undefined) return undefined;
  const members = [
    ...namedMembers(variety, reading),
    ...inlineTypes(variety).map((one) => readPrimitive(one, reading)),
  ];
  return members.every((one) => one !== undefined) ? 'string' : undefined;
}

/** The primitive of a restriction: one with a pattern is kept as it is written, since another spelling of the value may not match. */
export function readRestriction(restriction: XmlElement, reading: SchemaReading): XsdPrimitive | undefined {
  const base = plainAttribute(restriction, 'base');
  const [inline] = inlineTypes(restriction);
  const primitive = inline === undefined ? named(restriction, base ?? '', reading) : readPrimitive(inline, reading);
  const patterned = childrenIn(restriction, XSD_NAMESPACE).some(({ localName }) => localName === 'pattern');
  return patterned && primitive !== undefined && primitive !== 'base64' ? 'string' : primitive;
}

/** Of a list its itemType, of a union its memberTypes. */
function namedMembers(variety: XmlElement, reading: SchemaReading): readonly (XsdPrimitive | undefined)[] {
  const names = plainAttribute(variety, variety.localName === 'list' ? 'itemType' : 'memberTypes') ?? '';
  return names.split(/[ \t\r\n]+/).flatMap((name) => (name === '' ? [] : [named(variety, name, reading)]));
}

function inlineTypes(el: XmlElement): readonly XmlElement[] {
  return childrenIn(el, XSD_NAMESPACE).filter(({ localName }) => localName === 'simpleType');
}

function named(el: XmlElement, text: string, reading: SchemaReading): XsdPrimitive | undefined {
  return primitiveOf(typeByName(el, text, reading));
}

/** Of a simple type, or of a complex one with simpleContent. */
export function primitiveOf(type: XsdType): XsdPrimitive | undefined {
  if (type.kind === 'simple') return type.primitive;
  return type.kind === 'complex' ? type.text : undefined;
}
