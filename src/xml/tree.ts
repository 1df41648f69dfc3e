import type { XmlAttribute, XmlHandler, XmlNamespace, XmlStart, XmlText } from './events.ts';
import type { XmlLimits } from './limits.ts';
import type { XmlName } from './names.ts';
import type { XmlComment, XmlDocument, XmlElement, XmlInstruction, XmlNode } from './nodes.ts';
import { type Tokenized, tokenize } from './tokenizer.ts';

export type { XmlAttribute, XmlNamespace } from './events.ts';
export type { XmlComment, XmlDocument, XmlElement, XmlInstruction, XmlNode, XmlText } from './nodes.ts';
export { positionAt } from './position.ts';
export {
  apart,
  attribute,
  childElements,
  elementsWhere,
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

const GREATER = 0x3e;
const END_TAG = '</>'.length;
const NONE: readonly never[] = [];
const NO_OCTETS = Buffer.alloc(0);

class ElementNode implements XmlElement {
  readonly name: XmlName;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly declarations: readonly XmlNamespace[];
  readonly parent: ElementNode | undefined;
  readonly source: Buffer;
  readonly start: number;
  readonly open: number;
  readonly canonical: boolean;
  readonly qualified: boolean;
  children: readonly XmlNode[] = NONE;
  end = 0;
  whole: boolean;
  uniform: boolean;

  constructor(tag: XmlStart, parent: ElementNode | undefined, source: Buffer) {
    this.name = tag.name;
    this.namespace = tag.namespace;
    this.attributes = tag.attributes;
    this.declarations = tag.declarations;
    this.parent = parent;
    this.source = source;
    this.start = tag.start;
    this.open = tag.open;
    this.canonical = tag.canonical;
    this.qualified = tag.qualified;
    this.uniform = !tag.qualified;
    this.whole = tag.canonical && tag.declarations.length === 0 && source[tag.open] === GREATER;
  }

  get kind(): 'element' {
    return 'element';
  }

  get prefix(): string {
    return this.name.prefix;
  }

  get localName(): string {
    return this.name.localName;
  }
}

function passOn(element: ElementNode, parent: ElementNode): void {
  if (!element.whole) parent.whole = false;
  if (!element.uniform || element.name.prefix !== parent.name.prefix) parent.uniform = false;
}

/** Whether some reader might take it for an Id. */
export function isNamedId({ localName }: XmlAttribute): boolean {
  return localName.length === 2 && localName.toLowerCase() === 'id';
}

class TreeBuilder implements XmlHandler {
  #root: ElementNode | undefined;
  #open: ElementNode | undefined;
  #source: Buffer = NO_OCTETS;
  /** Where the content that is known so far ends. */
  #at = 0;
  /** Children of the open elements, one list after the other: each is copied out at its exact length. */
  readonly #stack: XmlNode[] = [];
  #top = 0;
  /** Where the list of each open element begins. */
  readonly #bases: number[] = [];
  readonly #prolog: (XmlComment | XmlInstruction)[] = [];
  readonly #epilog: (XmlComment | XmlInstruction)[] = [];
  readonly #identified: ElementNode[] = [];

  begin(utf8: Buffer): void {
    this.#source = utf8;
  }

  startElement(tag: XmlStart): void {
    const element = new ElementNode(tag, this.#open, this.#source);
    if (this.#open === undefined) this.#root = element;
    else this.#add(element, tag.start);
    if (tag.attributes.length > 0 && tag.attributes.some(isNamedId)) this.#identified.push(element);
    this.#bases.push(this.#top);
    this.#open = element;
    this.#at = tag.open + 1;
  }

  endElement(name: XmlName, end: number): void {
    const element = this.#open;
    if (element === undefined) return;
    const { parent } = element;
    const base = this.#bases.pop() ?? 0;
    if (this.#top > base) element.children = this.#stack.slice(base, this.#top);
    this.#top = base;
    element.end = end;
    if (this.#at + name.octets.length + END_TAG !== end) element.whole = false;
    if (parent !== undefined) passOn(element, parent);
    this.#open = parent;
    this.#at = end;
  }

  text(text: XmlText): void {
    if (this.#open === undefined) return;
    if (!text.canonical) this.#open.whole = false;
    this.#add(text, text.start);
    this.#at = text.end;
  }

  comment(octets: string): void {
    this.#misc({ kind: 'comment', octets });
  }

  instruction(target: string, octets: string): void {
    this.#misc({ kind: 'instruction', target, octets });
  }

  document({ utf8, encoding, steps }: Tokenized): XmlDocument {
    if (this.#root === undefined) throw new Error('a document without root came through the tokenizer');
    const [root, identified] = [this.#root, this.#identified];
    return { root, bytes: utf8, encoding, prolog: this.#prolog, epilog: this.#epilog, identified, steps };
  }

  /** Puts a node into the open element. What left no node before it is no part of the canonical form. */
  #add(node: XmlNode, start: number): void {
    this.#stack[this.#top++] = node;
    if (this.#open !== undefined && this.#at !== start) this.#open.whole = false;
  }

  #misc(node: XmlComment | XmlInstruction): void {
    if (this.#open === undefined) {
      (this.#root === undefined ? this.#prolog : this.#epilog).push(node);
      return;
    }
    this.#open.whole = false;
    this.#stack[this.#top++] = node;
  }
}
