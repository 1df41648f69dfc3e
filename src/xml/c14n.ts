import { createHash, hash } from 'node:crypto';
import { type CanonicalForm, CanonicalWriter } from './canonical-writer.ts';
import { type XmlAttribute, type XmlNamespace, type XmlStart, XML_NAMESPACE } from './events.ts';
import type { XmlDocument, XmlElement, XmlNode } from './nodes.ts';

export type { CanonicalForm } from './canonical-writer.ts';

type Skip = (el: XmlElement) => boolean;

/**
 * The canonical octets of a document, or of an element in its document, without the subtrees that `skip` names.
 * Throws XML_FORBIDDEN for a relative namespace URI. @spec Canonical XML 1.0, Exclusive XML Canonicalization 1.0
 */
export function canonicalize(node: XmlDocument | XmlElement, form: CanonicalForm, skip?: Skip): Buffer {
  const chunks = canonicalChunks(node, form, skip);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** The digest of the canonical octets; `digest` is a name of node:crypto. */
export function digestCanonical(
  node: XmlDocument | XmlElement,
  form: CanonicalForm,
  digest: string,
  skip?: Skip,
): Buffer {
  const chunks = canonicalChunks(node, form, skip);
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return hash(digest, only, 'buffer');
  const running = createHash(digest);
  for (const chunk of chunks) running.update(chunk);
  return running.digest();
}

function canonicalChunks(node: XmlDocument | XmlElement, form: CanonicalForm, skip: Skip | undefined): Buffer[] {
  const chunks: Buffer[] = [];
  const writer = new CanonicalWriter(form, (octets) => chunks.push(Buffer.from(octets, 'latin1')));
  if ('root' in node) {
    for (const one of node.prolog) writeNode(one, writer, skip);
    writeNode(node.root, writer, skip);
    for (const one of node.epilog) writeNode(one, writer, skip);
  } else if (skip?.(node) !== true) {
    writer.startElement(inContext(node, form));
    writeContent(node, writer, skip);
  }
  writer.finish();
  return chunks;
}

function writeNode(node: XmlNode, writer: CanonicalWriter, skip: Skip | undefined): void {
  if (node.kind === 'text') writer.text(node.octets);
  else if (node.kind === 'comment') writer.comment(node.octets);
  else if (node.kind === 'instruction') writer.instruction(node.target, node.octets);
  else if (skip?.(node) !== true) {
    writer.startElement(node);
    writeContent(node, writer, skip);
  }
}

/** The tree is as deep as the tokenizer lets it be, so that recursion is bounded. */
function writeContent(el: XmlElement, writer: CanonicalWriter, skip: Skip | undefined): void {
  for (const child of el.children) writeNode(child, writer, skip);
  writer.endElement(el.name);
}

/** An element cut out of its document takes the namespaces in scope along, and in the inclusive form the xml: attributes too. */
function inContext(el: XmlElement, form: CanonicalForm): XmlStart {
  const declarations = namespacesInScope(el);
  const attributes = form.exclusive ? el.attributes : [...el.attributes, ...inheritedXmlAttributes(el)];
  return { name: el.name, namespace: el.namespace, start: el.start, declarations, attributes };
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
