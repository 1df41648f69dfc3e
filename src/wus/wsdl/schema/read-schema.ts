import type { XmlElement } from '../../../xml/tree.ts';
import { childrenIn, keyOf, nameOf, plainAttribute, XSD_NAMESPACE } from '../names.ts';
import type { QualifiedName } from '../wsdl.ts';
import { type Components, isKnownType, isQualified } from './components.ts';
import { OPAQUE, PRIMITIVES } from './primitives.ts';
import { readComplexType } from './read-complex-type.ts';
import { readPrimitive } from './read-simple-type.ts';
import { opaque, type SchemaReading, typeByName } from './reading.ts';
import type { XsdElement, XsdSchema, XsdType } from './schema.ts';

const MAX_DERIVATIONS = 64;

/** Every global element, its type read when it is asked for. @spec XML Schema 1.0 Part 1 */
export function readSchema(components: Components): XsdSchema {
  const elements = new Map<XmlElement, XsdElement>();
  const types = new Map<string, XsdType>();
  /** Types that are being read. */
  let depth = 0;
  const reading: SchemaReading = {
    components,
    element: (node) => {
      const element = elements.get(node) ?? readElement(node, reading);
      elements.set(node, element);
      return element;
    },
    typeNamed: (name) => {
      const key = keyOf(name);
      const known = types.get(key);
      if (known !== undefined) return known;
      if (depth > MAX_DERIVATIONS) return opaque('its type is derived too often');
      types.set(key, opaque('its type is derived from itself'));
      depth++;
      const type = readNamed(name, reading);
      depth--;
      types.set(key, type);
      return type;
    },
  };
  const globals = components.all('element').map((node) => reading.element(node));
  return { elements: new Map(globals.map((one) => [keyOf(one.name), one])) };
}

function readElement(node: XmlElement, reading: SchemaReading): XsdElement {
  const { components } = reading;
  const schema = components.schemaOf(node);
  const local = node.parent !== schema.root;
  const namespace = local && !isQualified(node, schema) ? '' : schema.targetNamespace;
  const named = plainAttribute(node, 'type');
  const typeName = named === undefined ? undefined : components.resolve(node, named);
  let type: XsdType | undefined;
  return {
    name: { namespace, localName: nameOf(node) },
    nillable: ['true', '1'].includes(plainAttribute(node, 'nillable') ?? ''),
    typeName: typeName === undefined ? undefined : keyOf(typeName),
    type: () => {
      if (type !== undefined) return type;
      type = opaque('its type is derived from itself');
      type = readElementType(node, reading);
      return type;
    },
  };
}

/** Without a type of its own it has that of the head of its substitution group. @spec XML Schema 1.0 Part 1 §3.3.2 */
function readElementType(declared: XmlElement, reading: SchemaReading): XsdType {
  const { components } = reading;
  let node: XmlElement | undefined = declared;
  for (let step = 0; node !== undefined && step < MAX_DERIVATIONS; step++) {
    const named = plainAttribute(node, 'type');
    if (named !== undefined) return typeByName(node, named, reading);
    const [inline] = childrenIn(node, XSD_NAMESPACE).filter((child) => child.localName.endsWith('Type'));
    if (inline !== undefined) return readType(inline, reading);
    const head = plainAttribute(node, 'substitutionGroup');
    const name: QualifiedName | undefined = head === undefined ? undefined : components.resolve(node, head);
    node = name === undefined ? undefined : components.find('element', name);
  }
  return opaque('its type is xs:anyType');
}

function readNamed(name: QualifiedName, reading: SchemaReading): XsdType {
  if (name.namespace === XSD_NAMESPACE) return builtIn(name.localName);
  if (isKnownType(name)) return opaque(`its type is ${name.localName} of xmlmime`);
  const node = reading.components.find('type', name);
  return node === undefined ? opaque(`its type ${name.localName} is not declared`) : readType(node, reading);
}

function builtIn(localName: string): XsdType {
  const primitive = PRIMITIVES.get(localName);
  if (primitive !== undefined) return { kind: 'simple', primitive };
  return OPAQUE.has(localName) ? opaque(`its type is xs:${localName}`) : opaque(`there is no type xs:${localName}`);
}

function readType(node: XmlElement, reading: SchemaReading): XsdType {
  if (node.localName === 'complexType') return readComplexType(node, reading);
  const primitive = readPrimitive(node, reading);
  return primitive === undefined ? opaque('its values are names with a prefix') : { kind: 'simple', primitive };
}
