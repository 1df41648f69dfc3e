import { GatewayError } from '../errors.ts';
import { escapeCanonicalAttribute, escapeCanonicalText } from './escape.ts';
import type { XmlAttribute, XmlHandler, XmlNamespace, XmlStart } from './events.ts';
import type { XmlName } from './names.ts';
import { NamespaceScope } from './namespace-scope.ts';
import { compareOctetOrder, encodeOctets } from './octets.ts';

/** Which canonical form. `inclusivePrefixes` counts for the exclusive one; '#default' names the default namespace. */
export interface CanonicalForm {
  readonly exclusive: boolean;
  readonly comments: boolean;
  readonly inclusivePrefixes?: readonly string[];
}

/** Octets of this many chars go to the sink at once. */
const CHUNK = 32_768;

/**
 * Writes what it is told in canonical form: told by the tokenizer while a document passes, or by a walk over a tree.
 * Octet strings go to `sink`, the last one at `finish`.
 * @spec Canonical XML 1.0, Exclusive XML Canonicalization 1.0
 */
export class CanonicalWriter implements XmlHandler {
  /** Inner steps done so far: namespaces looked up, attributes compared. */
  steps = 0;
  readonly #sink: (octets: string) => void;
  readonly #exclusive: boolean;
  readonly #comments: boolean;
  readonly #inclusivePrefixes: ReadonlySet<string>;
  /** What the ancestors written so far have declared. */
  readonly #rendered = new NamespaceScope();
  readonly #sizes: number[] = [];
  #rootWritten = false;
  #out = '';

  constructor(form: CanonicalForm, sink: (octets: string) => void) {
    this.#sink = sink;
    this.#exclusive = form.exclusive;
    this.#comments = form.comments;
    this.#inclusivePrefixes = new Set((form.inclusivePrefixes ?? []).map((one) => (one === '#default' ? '' : one)));
  }

  startElement(tag: XmlStart): void {
    this.#sizes.push(this.#rendered.size);
    const namespaces = this.#exclusive ? this.#utilised(tag) : this.#fresh(tag.declarations, undefined);
    let out = `<${tag.name.octets}`;
    if (namespaces !== undefined) out += writeNamespaces(namespaces);
    for (const one of this.#sorted(tag.attributes))
      out += ` ${one.name.octets}="${escapeCanonicalAttribute(one.octets)}"`;
    this.#write(`${out}>`);
  }

  endElement(name: XmlName): void {
    const size = this.#sizes.pop() ?? 0;
    this.#rendered.shrink(size);
    if (this.#sizes.length === 0) this.#rootWritten = true;
    this.#write(`</${name.octets}>`);
  }

  text(octets: string): void {
    this.#write(escapeCanonicalText(octets));
  }

  comment(octets: string): void {
    if (this.#comments) this.#misc(`<!--${carriageReturns(octets)}-->`);
  }

  instruction(target: string, octets: string): void {
    this.#misc(`<?${octets === '' ? target : `${target} ${carriageReturns(octets)}`}?>`);
  }

  finish(): void {
    if (this.#out !== '') this.#sink(this.#out);
    this.#out = '';
  }

  /** Outside the root, a line feed stands between it and each comment or instruction. */
  #misc(octets: string): void {
    if (this.#sizes.length > 0) this.#write(octets);
    else this.#write(this.#rootWritten ? `\n${octets}` : `${octets}\n`);
  }

  #write(octets: string): void {
    this.#out += octets;
    if (this.#out.length > CHUNK) this.finish();
  }

  /** Declarations that change what the ancestors have written. */
  #fresh(declarations: readonly XmlNamespace[], among: ReadonlySet<string> | undefined): XmlNamespace[] | undefined {
    let list: XmlNamespace[] | undefined;
    for (const one of declarations) {
      this.steps++;
      if (among === undefined || among.has(one.prefix)) list = this.#use(one, list);
    }
    return list;
  }

  /** Namespaces of the element's own name and of its attributes' names, and those of the PrefixList. */
  #utilised(tag: XmlStart): XmlNamespace[] | undefined {
    let list = this.#inclusivePrefixes.size > 0 ? this.#fresh(tag.declarations, this.#inclusivePrefixes) : undefined;
    list = this.#use({ prefix: tag.name.prefix, uri: tag.namespace }, list);
    for (const { prefix, namespace } of tag.attributes) {
      this.steps++;
      if (prefix !== '') list = this.#use({ prefix, uri: namespace }, list);
    }
    return list;
  }

  #use(one: XmlNamespace, list: XmlNamespace[] | undefined): XmlNamespace[] | undefined {
    if ((this.#rendered.get(one.prefix) ?? '') === one.uri) return list;
    if (one.uri !== '' && !isAbsolute(one.uri))
      throw new GatewayError('XML_FORBIDDEN', { detail: 'relative namespace URI in what is signed' });
    this.#rendered.declare(one);
    if (list === undefined) return [one];
    list.push(one);
    return list;
  }

  #sorted(attributes: readonly XmlAttribute[]): readonly XmlAttribute[] {
    for (let at = 1; at < attributes.length; at++) {
      if (this.#compare(attributes[at - 1], attributes[at]) <= 0) continue;
      return attributes.toSorted((left, right) => this.#compare(left, right));
    }
    return attributes;
  }

  /** By namespace, then by local name. @spec Canonical XML 1.0 §2.2 */
  #compare(left: XmlAttribute | undefined, right: XmlAttribute | undefined): number {
    this.steps++;
    if (left === undefined || right === undefined) return 0;
    if (left.namespace !== right.namespace) return compareOctetOrder(left.namespace, right.namespace);
    return compareOctetOrder(left.localName, right.localName);
  }
}

function writeNamespaces(namespaces: XmlNamespace[]): string {
  if (namespaces.length > 1) namespaces.sort((left, right) => compareOctetOrder(left.prefix, right.prefix));
  let out = '';
  for (const { prefix, uri } of namespaces) {
    const name = prefix === '' ? 'xmlns' : `xmlns:${encodeOctets(prefix)}`;
    out += ` ${name}="${escapeCanonicalAttribute(encodeOctets(uri))}"`;
  }
  return out;
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** The canonical form is not defined for relative namespace URIs. @spec Canonical XML 1.0 §1.3 */
function isAbsolute(uri: string): boolean {
  return SCHEME.test(uri);
}

function carriageReturns(octets: string): string {
  return octets.includes('\r') ? octets.replaceAll('\r', '&#xD;') : octets;
}
