import type { XmlElement } from '../../../xml/tree.ts';
import { childrenIn, plainAttribute, XSD_NAMESPACE } from '../names.ts';
import { readAttributes } from './read-attributes.ts';
import { childrenOf, readParticle } from './read-particle.ts';
import { Opaque, opaque, type SchemaReading, typeByName } from './reading.ts';
import { primitiveOf, readRestriction } from './read-simple-type.ts';
import type { XsdAttribute, XsdParticle, XsdPrimitive, XsdType } from './schema.ts';

const COMPOSITORS: ReadonlySet<string> = new Set(['sequence', 'choice', 'all', 'group']);
const NO_ATTRIBUTES: ReadonlyMap<string, XsdAttribute> = new Map();

interface Parts {
  readonly content?: XsdParticle | undefined;
  readonly text?: XsdPrimitive | undefined;
  readonly attributes: ReadonlyMap<string, XsdAttribute>;
}

/** @spec XML Schema 1.0 Part 1 §3.4.2 */
export function readComplexType(node: XmlElement, reading: SchemaReading): XsdType {
  const parts = readParts(node, reading);
  if (parts instanceof Opaque) return opaque(parts.reason);
  const { content, text, attributes } = parts;
  const children = content === undefined ? new Map<string, never>() : childrenOf(content);
  if (children instanceof Opaque) return opaque(children.reason);
  return { kind: 'complex', content, children, attributes, text };
}

function readParts(node: XmlElement, reading: SchemaReading): Parts | Opaque {
  if (isMixed(node)) return new Opaque('it has mixed content');
  const [inner] = childrenIn(node, XSD_NAMESPACE).filter(({ localName }) => localName !== 'annotation');
  if (inner?.localName === 'simpleContent') return readDerived(inner, reading, true);
  if (inner?.localName !== 'complexContent') return readOwn(node, reading, NO_ATTRIBUTES);
  return isMixed(inner) ? new Opaque('it has mixed content') : readDerived(inner, reading, false);
}

function isMixed(el: XmlElement): boolean {
  return ['true', '1'].includes(plainAttribute(el, 'mixed') ?? '');
}

function readDerived(content: XmlElement, reading: SchemaReading, simple: boolean): Parts | Opaque {
  const [derivation] = childrenIn(content, XSD_NAMESPACE).filter(({ localName }) => localName !== 'annotation');
  const base = derivation === undefined ? undefined : plainAttribute(derivation, 'base');
  if (derivation === undefined || base === undefined) return new Opaque('it is derived from nothing');
  const type = typeByName(derivation, base, reading);
  if (simple) return readSimpleContent(derivation, type, reading);
  return derivation.localName === 'extension'
    ? extend(derivation, type, reading)
    : readOwn(derivation, reading, type.kind === 'complex' ? type.attributes : NO_ATTRIBUTES);
}

function readSimpleContent(derivation: XmlElement, base: XsdType, reading: SchemaReading): Parts | Opaque {
  const inherited = base.kind === 'complex' ? base.attributes : NO_ATTRIBUTES;
  const attributes = readAttributes(derivation, reading, inherited);
  if (attributes instanceof Opaque) return attributes;
  const extension = derivation.localName === 'extension';
  const text = extension ? primitiveOf(base) : readRestriction(derivation, reading);
  return text === undefined
    ? new Opaque(base.kind === 'any' ? base.reason : 'its text has no simple type')
    : { text, attributes };
}

function extend(extension: XmlElement, base: XsdType, reading: SchemaReading): Parts | Opaque {
  if (base.kind !== 'complex') return new Opaque(base.kind === 'any' ? base.reason : 'it extends a simple type');
  const own = readOwn(extension, reading, base.attributes);
  if (own instanceof Opaque || base.content === undefined) return own;
  if (own.content === undefined) return { ...own, content: base.content };
  const particles = [base.content, own.content];
  return { ...own, content: { kind: 'sequence', particles, minOccurs: 1, maxOccurs: 1 } };
}

function readOwn(el: XmlElement, reading: SchemaReading, inherited: ReadonlyMap<string, XsdAttribute>): Parts | Opaque {
  const attributes = readAttributes(el, reading, inherited);
  if (attributes instanceof Opaque) return attributes;
  const [compositor] = childrenIn(el, XSD_NAMESPACE).filter(({ localName }) => COMPOSITORS.has(localName));
  if (compositor === undefined) return { attributes };
  const content = readParticle(compositor, reading);
  return content instanceof Opaque ? content : { attributes, content };
}
