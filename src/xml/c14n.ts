import { createHash, type Hash, hash } from 'node:crypto';
import { type CanonicalForm, CanonicalWriter } from './canonical-writer.ts';
import { type XmlAttribute, type XmlNamespace, type XmlStart, XML_NAMESPACE } from './events.ts';
import type { XmlLimits } from './limits.ts';
import type { XmlDocument, XmlElement, XmlNode } from './nodes.ts';
import { tokenize } from './tokenizer.ts';

export type { CanonicalForm } from './canonical-writer.ts';

/** Tops of the subtrees that are left out. */
export type LeftOut = ReadonlySet<XmlElement>;

const NOTHING: LeftOut = new Set();

/**
 * The canonical octets of a document, or of an element in its document, without the subtrees in `leftOut`.
 * Throws XML_FORBIDDEN for a relative namespace URI. @spec Canonical XML 1.0, Exclusive XML Canonicalization 1.0
 */
export function canonicalize(node: XmlDocument | XmlElement, form: CanonicalForm, leftOut = NOTHING): Buffer {
  const chunks: Buffer[] = [];
  const keep = (octets: Buffer): number => chunks.push(Buffer.from(octets));
  const writer = new CanonicalWriter(form, keep);
  new Walk(writer, leftOut).write(node);
  writer.finish(keep);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

export interface DigestedForm extends CanonicalForm {
  /** A name of node:crypto. */
  readonly digest: string;
}

/** The digest of the canonical octets. */
export function digestCanonical(node: XmlDocument | XmlElement, form: DigestedForm, leftOut = NOTHING): Buffer {
  const digest = new Digest(form.digest);
  const writer = new CanonicalWriter(form, digest.update);
  new Walk(writer, leftOut).write(node);
  return writer.finish(digest.last);
}

/**
 * The canonical octets of an element, cut where the subtrees in `cuts` stand, which are left out themselves: one piece more than
 * there are cuts, in document order.
 */
export function canonicalPieces(node: XmlElement, form: CanonicalForm, cuts: LeftOut): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let chunks: Buffer[] = [];
  const keep = (octets: Buffer): number => chunks.push(Buffer.from(octets));
  const writer = new CanonicalWriter(form, keep);
  const cut = (): void => {
    writer.flush();
    pieces.push(Buffer.concat(chunks));
    chunks = [];
  };
  new Walk(writer, cuts, cut).write(node);
  writer.finish(keep);
  return [...pieces, Buffer.concat(chunks)];
}

/** The digest of the canonical octets of a document, made while it is read, without a tree. Throws as `parseXml`. */
export function digestCanonicalOctets(bytes: Uint8Array, form: DigestedForm, limits?: XmlLimits): Buffer {
  const digest = new Digest(form.digest);
  const writer = new CanonicalWriter(form, digest.update);
  tokenize(bytes, writer, limits);
  return writer.finish(digest.last);
}

/** What fits in one piece is digested at once, which for a small one costs half as much. */
class Digest {
  readonly #name: string;
  #running: Hash | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  readonly update = (octets: Buffer): void => {
    this.#running ??= createHash(this.#name);
    this.#running.update(octets);
  };

  readonly last = (octets: Buffer): Buffer =>
    this.#running?.update(octets).digest() ?? hash(this.#name, octets, 'buffer');
}

class Walk {
  readonly #writer: CanonicalWriter;
  readonly #leftOut: LeftOut;
  /** Told at each place where something is left out. */
  readonly #skipped: (() => void) | undefined;
  /** Elements that have something in them that is left out. */
  readonly #around: ReadonlySet<XmlElement>;

  constructor(writer: CanonicalWriter, leftOut: LeftOut, skipped?: () => void) {
    this.#writer = writer;
    this.#leftOut = leftOut;
    this.#skipped = skipped;
    this.#around = leftOut.size === 0 ? NOTHING : ancestorsOf(leftOut);
  }

  write(node: XmlDocument | XmlElement): void {
    const writer = this.#writer;
    if ('root' in node) {
      writer.begin(node.bytes);
      for (const one of node.prolog) this.#node(one);
      this.#node(node.root);
      for (const one of node.epilog) this.#node(one);
    } else if (!this.#leftOut.has(node)) {
      writer.begin(node.source);
      writer.startElement(inContext(node, writer.exclusive));
      this.#content(node);
    }
  }

  #node(node: XmlNode): void {
    const writer = this.#writer;
    if (node.kind === 'element') this.#element(node);
    else if (node.kind === 'text') writer.text(node);
    else if (node.kind === 'comment') writer.comment(node.octets);
    else writer.instruction(node.target, node.octets);
  }

  #element(el: XmlElement): void {
    if (this.#leftOut.has(el)) return this.#skipped?.();
    if (el.whole && !this.#around.has(el) && this.#writer.wholeElement(el)) return;
    this.#writer.startElement(el);
    this.#content(el);
  }

  /** The tree is as deep as the tokenizer lets it be, so that recursion is bounded. */
  #content(el: XmlElement): void {
    for (const child of el.children) this.#node(child);
    this.#writer.endElement(el.name, el.end);
  }
}

function ancestorsOf(elements: LeftOut): LeftOut {
  const ancestors = new Set<XmlElement>();
  for (const { parent } of elements) {
    for (let at = parent; at !== undefined && !ancestors.has(at); at = at.parent) ancestors.add(at);
  }
  return ancestors;
}

/** An element cut out of its document takes the namespaces in scope along, and in the inclusive form the xml: attributes too. */
function inContext(el: XmlElement, exclusive: boolean): XmlStart {
  const { name, namespace, start, open, qualified } = el;
  const declarations = namespacesInScope(el);
  const attributes = exclusive ? el.attributes : [...el.attributes, ...inheritedXmlAttributes(el)];
  return { name, namespace, start, open, qualified, canonical: false, declarations, attributes };
}

/** All namespaces in scope at an element but xml, each prefix once. */
export function namespacesInScope(el: XmlElement): readonly XmlNamespace[] {
  const nearest = new Map<string, XmlNamespace>();
  for (let at: XmlElement | undefined = el; at !== undefined; at = at.parent) {
    for (const one of at.declarations) if (!nearest.has(one.prefix)) nearest.set(one.prefix, one);
  }
  return [...nearest.values()];
}

function inheritedXmlAttributes(el: XmlElement): readonly XmlAttribute[] {
  const own = new Set(el.attributes.filter(isXmlAttribute).map((one) => one.localName));
  const inherited = new Map<string, XmlAttribute>();
  for (let at = el.parent; at !== undefined; at = at.parent) {
    for (const one of at.attributes) {
      if (isXmlAttribute(one) && !own.has(one.localName) && !inherited.has(one.localName))
        inherited.set(one.localName, one);
    }
  }
  return [...inherited.values()];
}

function isXmlAttribute(one: XmlAttribute): boolean {
  return one.namespace === XML_NAMESPACE;
}
