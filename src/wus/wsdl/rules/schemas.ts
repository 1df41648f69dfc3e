import { childElements } from '../../../xml/tree.ts';
import type { XmlElement } from '../../../xml/tree.ts';
import { usesOf, type WsdlModel } from '../model.ts';
import { describeName, keyOf, plainAttribute, SOAP_ENCODING, XSD_NAMESPACE } from '../names.ts';
import { type ComponentKind, isKnownAttribute, isKnownType } from '../schema/components.ts';
import { OPAQUE, PRIMITIVES } from '../schema/primitives.ts';
import type { XsdElement } from '../schema/schema.ts';
import type { QualifiedName } from '../wsdl.ts';
import { wsdlFinding } from './finding-table.ts';
import type { WsdlFinding } from './finding-table.ts';

/** Attributes that name types, wherever they stand. */
const NAMING_TYPES = ['type', 'base', 'itemType', 'memberTypes'] as const;
const REFERRING: ReadonlySet<string> = new Set(['element', 'attribute', 'group', 'attributeGroup']);

/** References lead somewhere, and not to SOAP encoding. @spec Digikoppeling WW002, XML Schema 1.0 §3.15.3 */
export function checkSchemas(model: WsdlModel): readonly WsdlFinding[] {
  const references: WsdlFinding[] = [];
  for (const { root } of model.documents.schemas) judgeReferences(root, model, references);
  return [...references, ...judgeTranslation(model)];
}

/** More findings help nobody, and each costs a look through the file. */
const MOST = 200;

function judgeReferences(el: XmlElement, model: WsdlModel, findings: WsdlFinding[]): void {
  if (findings.length >= MOST) return;
  for (const reference of referencesOf(el)) findings.push(...judgeReference(el, reference, model));
  for (const child of childElements(el)) {
    if (child.namespace === XSD_NAMESPACE) judgeReferences(child, model, findings);
  }
}

interface Reference {
  readonly kind: ComponentKind;
  readonly text: string;
}

function referencesOf(el: XmlElement): readonly Reference[] {
  const { localName } = el;
  const types = NAMING_TYPES.flatMap((name) => (plainAttribute(el, name) ?? '').split(/[ \t\r\n]+/));
  const found: Reference[] = types.flatMap((text) => (text === '' ? [] : [{ kind: 'type', text }]));
  const ref = REFERRING.has(localName) ? plainAttribute(el, 'ref') : undefined;
  if (ref !== undefined) found.push({ kind: kindOf(localName), text: ref });
  const head = plainAttribute(el, 'substitutionGroup');
  if (head !== undefined) found.push({ kind: 'element', text: head });
  return found;
}

function kindOf(localName: string): ComponentKind {
  if (localName === 'attribute' || localName === 'group' || localName === 'attributeGroup') return localName;
  return 'element';
}

function judgeReference(el: XmlElement, { kind, text }: Reference, model: WsdlModel): readonly WsdlFinding[] {
  const name = model.components.resolve(el, text);
  if (name !== undefined && isDeclared(kind, name, model)) return [];
  const code = name?.namespace === SOAP_ENCODING ? 'ENCODING_OWN' : 'SCHEMA_REFERENCE';
  return [wsdlFinding(code, model.documents.placeOf(el), text)];
}

function isDeclared(kind: ComponentKind, name: QualifiedName, { components }: WsdlModel): boolean {
  if (kind === 'type' && name.namespace === XSD_NAMESPACE)
    return PRIMITIVES.has(name.localName) || OPAQUE.has(name.localName);
  const known = (kind === 'type' && isKnownType(name)) || (kind === 'attribute' && isKnownAttribute(name));
  return known || components.find(kind, name) !== undefined;
}

/** Tells beforehand which messages JSON cannot hold. */
function judgeTranslation(model: WsdlModel): readonly WsdlFinding[] {
  const seen = new Set<XsdElement>();
  return usesOf(model).flatMap(({ node, element }) => {
    const declared = element === undefined ? undefined : model.schema.elements.get(keyOf(element));
    const reasons = declared === undefined ? [] : opaqueBelow(declared, seen);
    return reasons.map((reason) => wsdlFinding('JSON_PARTIAL', model.documents.placeOf(node), reason));
  });
}

/** Why JSON cannot hold it, for each element below that was not seen before. */
export function opaqueBelow(element: XsdElement, seen: Set<XsdElement>): readonly string[] {
  const reasons: string[] = [];
  const open = [element];
  for (let at = open.pop(); at !== undefined && reasons.length < MOST; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const type = at.type();
    if (type.kind === 'any') reasons.push(`${describeName(at.name)}: ${type.reason}`);
    else if (type.kind === 'complex') open.push(...[...type.children.values()].map((child) => child.element));
  }
  return reasons;
}
