import type { XmlAttribute, XmlHandler, XmlNamespace, XmlStart } from './events.ts';
import type { XmlLimits } from './limits.ts';
import type { XmlName } from './names.ts';
import type { XmlComment, XmlDocument, XmlElement, XmlInstruction, XmlNode } from './nodes.ts';
import { type Tokenized, tokenize } from './tokenizer.ts';

export type { XmlAttribute, XmlNamespace } from './events.ts';
export type { XmlComment, XmlDocument, XmlElement, XmlInstruction, XmlNode, XmlText } from './nodes.ts';
export { positionAt } from './position.ts';
export {
  attribute,
  childElements,
  findChild,
  findChildren,
  resolvePrefix,
  simpleText,
  textContent,
} from './tree-access.ts';

/** Throws XML_MALFORMED, XML_FORBIDDEN, XML_LIMIT with line and column. */
export function parseXml(bytes: Uint8Array, limits?: XmlLimits): XmlDocument {
  const builder = new TreeBuilder();
  return builder.document(tokenize(bytes, builder, limits));
}

class ElementNode implements XmlElement {
  readonly kind = 'element';
  readonly name: XmlName;
  readonly namespace: string;
  readonly prefix: string;
  readonly localName: string;
  readonly attributes: readonly XmlAttribute[];
  readonly declarations: readonly XmlNamespace[];
  readonly children: XmlNode[] = [];
  readonly parent: ElementNode | undefined;
  readonly start: number;
  end = 0;

  constructor(tag: XmlStart, parent: ElementNode | undefined) {
    this.name = tag.name;
    this.namespace = tag.namespace;
    this.prefix = tag.name.prefix;
    this.localName = tag.name.localName;
    this.attributes = tag.attributes;
    this.declarations = tag.declarations;
    this.parent = parent;
    this.start = tag.start;
  }
}

class TreeBuilder implements XmlHandler {
  #root: ElementNode | undefined;
  #open: ElementNode | undefined;
  readonly #prolog: (XmlComment | XmlInstruction)[] = [];
  readonly #epilog: (XmlComment | XmlInstruction)[] = [];

  startElement(tag: XmlStart): void {
    const element = new ElementNode(tag, this.#open);
    this.#root ??= element;
    this.#open?.children.push(element);
    this.#open = element;
  }

  endElement(_name: XmlName, end: number): void {
    const element = this.#open;
    if (element === undefined) return;
    element.end = end;
    this.#open = element.parent;
  }

  text(octets: string): void {
    this.#open?.children.push({ kind: 'text', octets });
  }

  comment(octets: string): void {
    this.#place().push({ kind: 'comment', octets });
  }

  instruction(target: string, octets: string): void {
    this.#place().push({ kind: 'instruction', target, octets });
  }

  document({ utf8, encoding, steps }: Tokenized): XmlDocument {
    if (this.#root === undefined) throw new Error('a document without root came through the tokenizer');
    return { root: this.#root, bytes: utf8, encoding, prolog: this.#prolog, epilog: this.#epilog, steps };
  }

  #place(): (XmlNode | XmlComment | XmlInstruction)[] {
    if (this.#open !== undefined) return this.#open.children;
    return this.#root === undefined ? this.#prolog : this.#epilog;
  }
}
