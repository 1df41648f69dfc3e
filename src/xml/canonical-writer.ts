import { GatewayError } from '../errors.ts';
import { escapeCanonicalAttribute, escapeCanonicalText } from './escape.ts';
import type { XmlAttribute, XmlHandler, XmlNamespace, XmlStart, XmlText } from './events.ts';
import type { XmlName } from './names.ts';
import type { XmlElement } from './nodes.ts';
import { NamespaceScope } from './namespace-scope.ts';
import { OctetWriter } from './octet-writer.ts';
import { compareAttributes, compareOctetOrder, encodeOctets } from './octets.ts';

/** Which canonical form. `inclusivePrefixes` counts for the exclusive one; '#default' names the default namespace. */
export interface CanonicalForm {
  readonly exclusive: boolean;
  readonly comments: boolean;
  readonly inclusivePrefixes?: readonly string[];
}

type WholeElement = Pick<XmlElement, 'start' | 'end' | 'uniform' | 'name' | 'namespace'>;

const GREATER = 0x3e;
/** More declarations than this are not compared pair by pair: they are written anew. */
const FEW = 8;
const END_TAG = '</>'.length;

/**
 * Writes what it is told in canonical form: told by the tokenizer while a document passes, or by a walk over a tree. What
 * stands in the source as it must be written is copied from there, neighbours in one piece.
 * Octets go to `sink`, the last ones to who calls `finish`; they are overwritten when it returns.
 * @spec Canonical XML 1.0, Exclusive XML Canonicalization 1.0
 */
export class CanonicalWriter implements XmlHandler {
  /** Inner steps done so far: namespaces looked up, attributes compared. */
  steps = 0;
  readonly #out: OctetWriter;
  readonly exclusive: boolean;
  readonly #comments: boolean;
  readonly #inclusivePrefixes: ReadonlySet<string>;
  /** What the ancestors written so far have declared. */
  readonly #rendered = new NamespaceScope();
  readonly #sizes: number[] = [];
  #rootWritten = false;
  #source: Buffer | undefined;
  /** Octets of the source that are still to be copied. */
  #from = -1;
  #to = -1;

  constructor(form: CanonicalForm, sink: (octets: Buffer) => void) {
    this.#out = new OctetWriter(sink);
    this.exclusive = form.exclusive;
    this.#comments = form.comments;
    this.#inclusivePrefixes = new Set((form.inclusivePrefixes ?? []).map((one) => (one === '#default' ? '' : one)));
  }

  begin(utf8: Buffer): void {
    this.#source = utf8;
  }

  startElement(tag: XmlStart): void {
    this.#sizes.push(this.#rendered.size);
    const namespaces = this.exclusive ? this.#utilised(tag) : this.#fresh(tag.declarations, undefined);
    if (tag.canonical && this.#declaresAll(tag, namespaces)) return this.#copyTag(tag);
    let out = `<${tag.name.octets}`;
    if (namespaces !== undefined) out += writeNamespaces(namespaces);
    for (const one of this.#sorted(tag.attributes))
      out += ` ${one.name.octets}="${escapeCanonicalAttribute(one.octets)}"`;
    this.#write(`${out}>`);
  }

  /** Copies an element that is `whole` in the source, or answers false: in the exclusive form a namespace may be missing. */
  wholeElement({ start, end, uniform, name, namespace }: WholeElement): boolean {
    if (this.exclusive && !(uniform && this.#isRendered(name.prefix, namespace))) return false;
    this.#copy(start, end);
    if (this.#sizes.length === 0) this.#rootWritten = true;
    return true;
  }

  endElement(name: XmlName, end: number): void {
    const size = this.#sizes.pop() ?? 0;
    this.#rendered.shrink(size);
    if (this.#sizes.length === 0) this.#rootWritten = true;
    const length = name.octets.length + END_TAG;
    // All up to here was copied, and the rest is as long as an end tag without white space: that is what it is.
    if (this.#to > this.#from && this.#to + length === end) this.#to = end;
    else this.#write(`</${name.octets}>`);
  }

  text({ octets, start, end, canonical }: XmlText): void {
    if (canonical && this.#source !== undefined) this.#copy(start, end);
    else this.#write(escapeCanonicalText(octets));
  }

  comment(octets: string): void {
    if (this.#comments) this.#misc(`<!--${carriageReturns(octets)}-->`);
  }

  instruction(target: string, octets: string): void {
    this.#misc(`<?${octets === '' ? target : `${target} ${carriageReturns(octets)}`}?>`);
  }

  /** Hands over all that was told so far. */
  flush(): void {
    this.#copyPending();
    this.#out.flush();
  }

  /** Hands the rest to `last`, and gives what that gives. */
  finish<T>(last: (octets: Buffer) => T): T {
    this.#copyPending();
    return this.#out.finish(last);
  }

  /** Outside the root, a line feed stands between it and each comment or instruction. */
  #misc(octets: string): void {
    if (this.#sizes.length > 0) this.#write(octets);
    else this.#write(this.#rootWritten ? `\n${octets}` : `${octets}\n`);
  }

  #write(octets: string): void {
    this.#copyPending();
    this.#out.write(octets);
  }

  #copy(from: number, to: number): void {
    if (from !== this.#to) {
      this.#copyPending();
      this.#from = from;
    }
    this.#to = to;
  }

  #copyPending(): void {
    if (this.#to > this.#from && this.#source !== undefined) this.#out.copy(this.#source, this.#from, this.#to);
    this.#from = this.#to = -1;
  }

  #copyTag({ start, open }: XmlStart): void {
    if (this.#source?.[open] === GREATER) return this.#copy(start, open + 1);
    this.#copy(start, open);
    this.#write('>');
  }

  /** Whether exactly the declarations of the tag are to be written. */
  #declaresAll({ declarations }: XmlStart, namespaces: readonly XmlNamespace[] | undefined): boolean {
    const { length } = declarations;
    if (length !== (namespaces?.length ?? 0)) return false;
    if (length === 0 || !this.exclusive) return true;
    return length <= FEW && namespaces?.every((one) => declares(declarations, one)) === true;
  }

  /** Declarations that change what the ancestors have written. */
  #fresh(declarations: readonly XmlNamespace[], among: ReadonlySet<string> | undefined): XmlNamespace[] | undefined {
    let list: XmlNamespace[] | undefined;
    for (const { prefix, uri } of declarations) {
      this.steps++;
      if (among === undefined || among.has(prefix)) list = this.#use(prefix, uri, list);
    }
    return list;
  }

  /** Namespaces of the element's own name and of its attributes' names, and those of the PrefixList. */
  #utilised(tag: XmlStart): XmlNamespace[] | undefined {
    let list = this.#inclusivePrefixes.size > 0 ? this.#fresh(tag.declarations, this.#inclusivePrefixes) : undefined;
    list = this.#use(tag.name.prefix, tag.namespace, list);
    if (!tag.qualified) return list;
    for (const { prefix, namespace } of tag.attributes) {
      this.steps++;
      if (prefix !== '') list = this.#use(prefix, namespace, list);
    }
    return list;
  }

  #isRendered(prefix: string, uri: string): boolean {
    return (this.#rendered.get(prefix) ?? '') === uri;
  }

  #use(prefix: string, uri: string, list: XmlNamespace[] | undefined): XmlNamespace[] | undefined {
    if (this.#isRendered(prefix, uri)) return list;
    if (uri !== '' && !isAbsolute(uri))
      throw new GatewayError('XML_FORBIDDEN', { detail: 'relative namespace URI in what is signed' });
    const one = { prefix, uri };
    this.#rendered.declare(one);
    if (list === undefined) return [one];
    list.push(one);
    return list;
  }

  #sorted(attributes: readonly XmlAttribute[]): readonly XmlAttribute[] {
    if (attributes.length < 2) return attributes;
    return attributes.toSorted((left, right) => {
      this.steps++;
      return compareAttributes(left, right);
    });
  }
}

function declares(declarations: readonly XmlNamespace[], { prefix }: XmlNamespace): boolean {
  return declarations.some((one) => one.prefix === prefix);
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
