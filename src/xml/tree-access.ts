import { XML_NAMESPACE } from './events.ts';
import { decodeOctets } from './octets.ts';
import type { XmlElement, XmlNode } from './nodes.ts';

export function childElements(el: XmlElement): readonly XmlElement[] {
  return el.children.filter((child) => child.kind === 'element');
}

/** The first child of that name. */
export function findChild(el: XmlElement, namespace: string, localName: string): XmlElement | undefined {
  for (const child of el.children) if (isNamed(child, namespace, localName)) return child;
  return undefined;
}

export function findChildren(el: XmlElement, namespace: string, localName: string): readonly XmlElement[] {
  return el.children.filter((child) => isNamed(child, namespace, localName));
}

function isNamed(node: XmlNode, namespace: string, localName: string): node is XmlElement {
  return node.kind === 'element' && node.localName === localName && node.namespace === namespace;
}

/** Every element from this one downwards that `holds` is true of. */
export function elementsWhere(el: XmlElement, holds: (el: XmlElement) => boolean): ReadonlySet<XmlElement> {
  const found = new Set<XmlElement>();
  collectWhere(el, holds, found);
  return found;
}

function collectWhere(el: XmlElement, holds: (el: XmlElement) => boolean, found: Set<XmlElement>): void {
  if (holds(el)) found.add(el);
  for (const child of el.children) if (child.kind === 'element') collectWhere(child, holds, found);
}

/** Value of an attribute; namespace '' is an attribute without prefix. */
export function attribute(el: XmlElement, namespace: string, localName: string): string | undefined {
  for (const one of el.attributes) if (one.localName === localName && one.namespace === namespace) return one.value;
  return undefined;
}

/** All text below; comments and instructions contribute nothing. */
export function textContent(el: XmlElement): string {
  const runs: string[] = [];
  collectText(el, runs);
  return decodeOctets(runs.join(''));
}

function collectText(el: XmlElement, runs: string[]): void {
  for (const child of el.children) {
    if (child.kind === 'text') runs.push(child.octets);
    else if (child.kind === 'element') collectText(child, runs);
  }
}

/** The text of an element that holds nothing but text and CDATA; undefined when it holds elements, comments or instructions. */
export function simpleText(el: XmlElement): string | undefined {
  let octets = '';
  for (const child of el.children) {
    if (child.kind !== 'text') return undefined;
    octets += child.octets;
  }
  return decodeOctets(octets);
}

/** A copy that stands on its own: text that was read from a document keeps all of that in memory. */
export function apart(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** The namespace a prefix stands for at an element ('' is the default namespace); undefined when it is not declared. */
export function resolvePrefix(el: XmlElement, prefix: string): string | undefined {
  if (prefix === 'xml') return XML_NAMESPACE;
  for (let at: XmlElement | undefined = el; at !== undefined; at = at.parent) {
    for (const one of at.declarations) if (one.prefix === prefix) return one.uri === '' ? undefined : one.uri;
  }
  return undefined;
}
