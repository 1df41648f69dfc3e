import type { XmlElement } from '../../../xml/tree.ts';
import { childrenIn, keyOf, nameOf, plainAttribute, XSD_NAMESPACE } from '../names.ts';
import { isKnownAttribute, isQualified } from './components.ts';
import { Opaque, Room, type SchemaReading, typeByName } from './reading.ts';
import { primitiveOf, readPrimitive } from './read-simple-type.ts';
import type { XsdAttribute, XsdName } from './schema.ts';

type Attributes = Map<string, XsdAttribute>;

/** Attributes of a type by local name, those of its base included. @spec XML Schema 1.0 Part 1 §3.4.2 */
export function readAttributes(
  el: XmlElement,
  reading: SchemaReading,
  inherited: ReadonlyMap<string, XsdAttribute>,
): ReadonlyMap<string, XsdAttribute> | Opaque {
  const found: Attributes = new Map(inherited);
  return addAll(el, reading, found, new Room()) ?? found;
}

function addAll(el: XmlElement, reading: SchemaReading, found: Attributes, room: Room): Opaque | undefined {
  for (const node of childrenIn(el, XSD_NAMESPACE)) {
    const problem =
      node.localName === 'attribute'
        ? add(node, reading, found)
        : node.localName === 'attributeGroup'
          ? addGroup(node, reading, found, room)
          : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function addGroup(node: XmlElement, reading: SchemaReading, found: Attributes, room: Room): Opaque | undefined {
  const { components } = reading;
  const name = components.resolve(node, plainAttribute(node, 'ref') ?? '');
  const group = name === undefined ? undefined : components.find('attributeGroup', name);
  return group === undefined
    ? new Opaque('it names an attribute group that is not declared')
    : room.within(() => addAll(group, reading, found, room));
}

function add(node: XmlElement, reading: SchemaReading, found: Attributes): Opaque | undefined {
  const read = readAttribute(node, reading);
  if (read instanceof Opaque) return read;
  const { localName } = read.name;
  if (plainAttribute(node, 'use') === 'prohibited') {
    found.delete(localName);
    return undefined;
  }
  const before = found.get(localName);
  if (before !== undefined && keyOf(before.name) !== keyOf(read.name)) {
    return new Opaque(`it has two attributes called ${localName}`);
  }
  found.set(localName, read);
  return undefined;
}

function readAttribute(node: XmlElement, reading: SchemaReading): XsdAttribute | Opaque {
  const required = plainAttribute(node, 'use') === 'required';
  const ref = plainAttribute(node, 'ref');
  if (ref === undefined) return declared(node, reading, required);
  const name = reading.components.resolve(node, ref);
  if (name !== undefined && isKnownAttribute(name)) return { name, primitive: 'string', required };
  const target = name === undefined ? undefined : reading.components.find('attribute', name);
  return target === undefined
    ? new Opaque(`its attribute ${ref} is not declared`)
    : declared(target, reading, required);
}

function declared(node: XmlElement, reading: SchemaReading, required: boolean): XsdAttribute | Opaque {
  const schema = reading.components.schemaOf(node);
  const global = node.parent === schema.root;
  const namespace = global || isQualified(node, schema) ? schema.targetNamespace : '';
  const name: XsdName = { namespace, localName: nameOf(node) };
  const type = plainAttribute(node, 'type');
  const [inline] = childrenIn(node, XSD_NAMESPACE).filter(({ localName }) => localName === 'simpleType');
  const primitive =
    type !== undefined
      ? primitiveOf(typeByName(node, type, reading))
      : inline === undefined
        ? 'string'
        : readPrimitive(inline, reading);
  return primitive === undefined
    ? new Opaque(`values of its attribute ${name.localName} cannot stand in JSON`)
    : { name, primitive, required };
}
