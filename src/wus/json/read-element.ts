import { placeOf } from '../../cpa/element-reader.ts';
import { holdsText } from '../../soap/element-content.ts';
import { childElements, simpleText } from '../../xml/tree.ts';
import type { XmlElement, XmlNode } from '../../xml/tree.ts';
import { includeIn } from '../mtom/includes.ts';
import { XSI_NAMESPACE } from '../wsdl/names.ts';
import type { XsdComplexType, XsdElement, XsdPrimitive } from '../wsdl/schema/schema.ts';
import { arrange } from './arrange.ts';
import { addMember, ATTACHMENT, impossible, type JsonValue, NIL, TEXT } from './json.ts';
import { valueOf } from './values.ts';

type Members = Record<string, JsonValue>;

/** Hints where a schema may be found: no content. */
const HINTS: ReadonlySet<string> = new Set(['schemaLocation', 'noNamespaceSchemaLocation']);

/** The element as JSON. `contentIds` gets the attachments, in the order of their Includes. Throws TRANSLATION_IMPOSSIBLE, WUS_ATTACHMENT. */
export function readElement(el: XmlElement, declared: XsdElement, contentIds: string[]): JsonValue {
  const type = declared.type();
  if (type.kind === 'any') throw impossible(placeOf(el), type.reason);
  const members: Members = {};
  const attributes = readAttributes(el, type.kind === 'complex' ? type.attributes : NO_ATTRIBUTES, members);
  if (isNil(el, declared)) {
    if (attributes === 0) return null;
    members[NIL] = true;
  } else if (type.kind === 'simple') return readValue(el, type.primitive, contentIds);
  else if (type.text !== undefined) members[TEXT] = readValue(el, type.text, contentIds);
  else readChildren(el, type, { members, contentIds });
  return members;
}

const NO_ATTRIBUTES: XsdComplexType['attributes'] = new Map();

/** Gives how many there are. */
function readAttributes(el: XmlElement, declared: XsdComplexType['attributes'], members: Members): number {
  let count = 0;
  for (const { localName, namespace, value } of el.attributes) {
    if (namespace === XSI_NAMESPACE) {
      if (localName === 'nil' || HINTS.has(localName)) continue;
      throw impossible(placeOf(el), `xsi:${localName}`);
    }
    const attribute = declared.get(localName);
    if (attribute?.name.namespace !== namespace) {
      throw impossible(`${placeOf(el)}/@${localName}`, 'the schema has no such attribute');
    }
    const read = valueOf(value, attribute.primitive);
    if (read === undefined) throw impossible(`${placeOf(el)}/@${localName}`, 'no value of its type');
    members[`@${localName}`] = read;
    count++;
  }
  for (const { name, required } of declared.values()) {
    if (required && !Object.hasOwn(members, `@${name.localName}`)) {
      throw impossible(`${placeOf(el)}/@${name.localName}`, 'the attribute is missing');
    }
  }
  return count;
}

function isNil(el: XmlElement, declared: XsdElement): boolean {
  const given = el.attributes.find((one) => one.namespace === XSI_NAMESPACE && one.localName === 'nil');
  if (given === undefined) return false;
  const nil = valueOf(given.value, 'boolean');
  if (nil === undefined || !declared.nillable) throw impossible(placeOf(el), 'it may not be nil');
  if (nil === true && el.children.length > 0) throw impossible(placeOf(el), 'it is nil and has content');
  return nil === true;
}

function readValue(el: XmlElement, primitive: XsdPrimitive, contentIds: string[]): JsonValue {
  const include = primitive === 'base64' ? includeIn(el) : undefined;
  if (include !== undefined) {
    contentIds.push(include.contentId);
    return { [ATTACHMENT]: include.contentId };
  }
  const text = simpleText(el);
  if (text === undefined) throw impossible(placeOf(el), 'there is something else than text in it');
  const value = valueOf(text, primitive);
  if (value === undefined) throw impossible(placeOf(el), 'no value of its type');
  return value;
}

function readChildren(
  el: XmlElement,
  type: XsdComplexType,
  { members, contentIds }: { readonly members: Members; readonly contentIds: string[] },
): void {
  if (holdsText(el)) throw impossible(placeOf(el), 'there is text between its elements');
  if (el.children.some(isInstruction)) throw impossible(placeOf(el), 'a processing instruction');
  const children = childElements(el);
  const groups = new Map<string, XmlElement[]>();
  for (const child of children) {
    const known = type.children.get(child.localName)?.element.name;
    if (known?.namespace !== child.namespace) throw impossible(placeOf(child), 'the schema has no such element here');
    const group = groups.get(child.localName);
    if (group === undefined) groups.set(child.localName, [child]);
    else group.push(child);
  }
  checkOrder(el, type, children, groups);
  for (const [name, group] of groups) {
    const child = type.children.get(name);
    if (child === undefined) continue;
    const values = group.map((one) => readElement(one, child.element, contentIds));
    const [only] = values;
    addMember(members, name, child.many || only === undefined ? values : only);
  }
}

function isInstruction({ kind }: XmlNode): boolean {
  return kind === 'instruction';
}

/** What JSON makes of the order must be the order that there is. */
function checkOrder(
  el: XmlElement,
  type: XsdComplexType,
  children: readonly XmlElement[],
  groups: ReadonlyMap<string, readonly XmlElement[]>,
): void {
  const counts = new Map<string, number>();
  for (const [name, group] of groups) counts.set(name, group.length);
  const order = arrange(type.content, counts);
  if ('problem' in order)
    throw impossible(
      `${placeOf(el)}/${order.name}`,
      `the element is ${order.problem}, or in an order that JSON cannot keep`,
    );
  const misplaced = children.find((child, place) => child.localName !== order[place]);
  if (misplaced !== undefined) throw impossible(placeOf(misplaced), 'an order that JSON cannot keep');
}
