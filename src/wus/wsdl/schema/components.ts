import { XML_NAMESPACE } from '../../../xml/events.ts';
import type { XmlElement } from '../../../xml/tree.ts';
import type { SchemaRoot } from '../documents.ts';
import { childrenIn, keyOf, nameOf, plainAttribute, resolveName, XMIME_NAMESPACE, XSD_NAMESPACE } from '../names.ts';
import type { QualifiedName } from '../wsdl.ts';

/** Kinds of global components, by the element that declares them. */
export type ComponentKind = 'element' | 'type' | 'group' | 'attribute' | 'attributeGroup';

/** The global components of all schemas. */
export interface Components {
  readonly find: (kind: ComponentKind, name: QualifiedName) => XmlElement | undefined;
  readonly all: (kind: ComponentKind) => readonly XmlElement[];
  /** A name that stands in an attribute of an element of a schema; undefined where its prefix is not declared. */
  readonly resolve: (el: XmlElement, text: string) => QualifiedName | undefined;
  /** Name of a global component. */
  readonly nameOf: (el: XmlElement) => QualifiedName;
  readonly schemaOf: (el: XmlElement) => SchemaRoot;
}

const KINDS: Readonly<Record<string, ComponentKind>> = {
  element: 'element',
  simpleType: 'type',
  complexType: 'type',
  group: 'group',
  attribute: 'attribute',
  attributeGroup: 'attributeGroup',
};

export function indexComponents(schemas: readonly SchemaRoot[]): Components {
  const byRoot = new Map(schemas.map((schema) => [schema.root, schema]));
  const index = new Map<string, XmlElement>();
  const lists = new Map<ComponentKind, XmlElement[]>();
  for (const { root, targetNamespace } of schemas) {
    for (const node of childrenIn(root, XSD_NAMESPACE)) {
      const kind = KINDS[node.localName];
      const localName = nameOf(node);
      if (kind === undefined || localName === '') continue;
      const key = `${kind} ${keyOf({ namespace: targetNamespace, localName })}`;
      if (index.has(key)) continue;
      index.set(key, node);
      const list = lists.get(kind);
      if (list === undefined) lists.set(kind, [node]);
      else list.push(node);
    }
  }
  const schemaOf = (el: XmlElement): SchemaRoot => {
    const schema = byRoot.get(rootOf(el, byRoot));
    if (schema === undefined) throw new Error('an element of no schema');
    return schema;
  };
  return {
    find: (kind, name) => index.get(`${kind} ${keyOf(name)}`),
    all: (kind) => lists.get(kind) ?? [],
    schemaOf,
    nameOf: (el) => ({ namespace: schemaOf(el).targetNamespace, localName: nameOf(el) }),
    resolve: (el, text) => {
      const name = resolveName(el, text);
      const { chameleon, targetNamespace } = schemaOf(el);
      return chameleon && name?.namespace === '' ? { ...name, namespace: targetNamespace } : name;
    },
  };
}

function rootOf(el: XmlElement, roots: ReadonlyMap<XmlElement, SchemaRoot>): XmlElement {
  let at = el;
  while (!roots.has(at) && at.parent !== undefined) at = at.parent;
  return at;
}

/** Attributes that are known without a schema. */
const KNOWN_ATTRIBUTES: Readonly<Record<string, ReadonlySet<string>>> = {
  [XML_NAMESPACE]: new Set(['lang', 'space', 'base', 'id']),
  [XMIME_NAMESPACE]: new Set(['contentType', 'expectedContentTypes']),
};

export function isKnownAttribute({ namespace, localName }: QualifiedName): boolean {
  return KNOWN_ATTRIBUTES[namespace]?.has(localName) === true;
}

/** Types that xmlmime declares: base64Binary and hexBinary with a contentType. */
export function isKnownType({ namespace, localName }: QualifiedName): boolean {
  return namespace === XMIME_NAMESPACE && (localName === 'base64Binary' || localName === 'hexBinary');
}

/** Whether a local element or attribute is in the targetNamespace. @spec XML Schema 1.0 §3.3.2, §3.2.2 */
export function isQualified(el: XmlElement, { root }: SchemaRoot): boolean {
  const fallback = el.localName === 'element' ? 'elementFormDefault' : 'attributeFormDefault';
  return (plainAttribute(el, 'form') ?? plainAttribute(root, fallback)) === 'qualified';
}
