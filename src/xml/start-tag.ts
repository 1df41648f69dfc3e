import { CLASSES, VALUE_STOP } from './characters.ts';
import { type XmlAttribute, type XmlNamespace, type XmlStart, XML_NAMESPACE, XMLNS_NAMESPACE } from './events.ts';
import type { NamespaceScope } from './namespace-scope.ts';
import { keptNamespace, type XmlName } from './names.ts';
import { compareAttributes, compareOctetOrder, decodeOctets } from './octets.ts';
import { readReference } from './references.ts';
import type { Source } from './source.ts';

const NONE: readonly never[] = [];
const BLANK = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const GREATER = 0x3e;
const SLASH = 0x2f;
const EQUALS = 0x3d;

/** Reads a start tag up to its `>` or `/>`, which is left to the caller; its declarations are in `scope` afterwards. @spec Namespaces in XML 1.0 */
export function readStartTag(source: Source, scope: NamespaceScope): XmlStart {
  const start = source.at;
  source.at = start + 1;
  const name = source.name();
  const attributes: PendingAttribute[] = spareAttributes;
  let declarations: XmlNamespace[] | undefined;
  let open = source.at;
  let canonical = true;
  attributes.length = 0;
  for (let count = 1; source.skipSpace(); count++) {
    const octet = source.octet();
    if (octet === GREATER || octet === SLASH) break;
    if (count > source.limits.maxAttributes) throw source.error('XML_LIMIT', 'too many attributes');
    const offset = source.at;
    const attributeName = source.name();
    const valueStart = beginValue(source);
    const plain = plainValue(source, valueStart);
    const octets = plain ?? mixedValue(source, valueStart);
    canonical &&= plain !== undefined && standsCanonically(source, { open, offset, attributeName, valueStart });
    open = source.at;
    if (attributeName.prefix === 'xmlns' || attributeName.octets === 'xmlns') {
      const declaration = declarationOf(source, attributeName, { octets, offset });
      if (declaration === undefined || attributes.length > 0) canonical = false;
      if (declaration !== undefined) declarations = added(declarations, declaration);
    } else attributes.push(new PendingAttribute(attributeName, octets));
  }
  if (declarations !== undefined) {
    declare(source, scope, { declarations, start });
    canonical &&= arePrefixesInOrder(declarations);
  }
  const { length } = attributes;
  const qualified = length > 0 && bind(source, scope, { attributes, start });
  if (length > 1) canonical &&= areInOrder(source, attributes);
  return {
    name,
    namespace: namespaceOf(source, scope, { name, start }),
    // A copy of exactly their number: a list that has grown keeps room for more.
    attributes: length === 0 ? NONE : attributes.slice(),
    declarations: declarations ?? NONE,
    start,
    open,
    qualified,
    canonical,
  };
}

/** Filled anew for each tag. */
const spareAttributes: PendingAttribute[] = [];

interface Written {
  readonly open: number;
  readonly offset: number;
  readonly attributeName: XmlName;
  readonly valueStart: number;
}

/** Whether an attribute with a plain value is written as ` name="value"`, without further white space. */
function standsCanonically({ bytes }: Source, { open, offset, attributeName, valueStart }: Written): boolean {
  return (
    offset === open + 1 &&
    bytes[open] === BLANK &&
    valueStart - offset === attributeName.octets.length + '="'.length &&
    bytes[valueStart - 1] === QUOTE
  );
}

class PendingAttribute implements XmlAttribute {
  readonly name: XmlName;
  readonly octets: string;
  namespace = '';

  constructor(name: XmlName, octets: string) {
    this.name = name;
    this.octets = octets;
  }

  get prefix(): string {
    return this.name.prefix;
  }

  get localName(): string {
    return this.name.localName;
  }

  /** Made when it is asked for: of most attributes nobody does. */
  get value(): string {
    return decodeOctets(this.octets);
  }
}

function arePrefixesInOrder(declarations: readonly XmlNamespace[]): boolean {
  for (let at = 1; at < declarations.length; at++) {
    if (compareOctetOrder(declarations[at - 1]?.prefix ?? '', declarations[at]?.prefix ?? '') > 0) return false;
  }
  return true;
}

function areInOrder(source: Source, attributes: readonly XmlAttribute[]): boolean {
  for (let at = 1; at < attributes.length; at++) {
    source.steps++;
    const [left, right] = [attributes[at - 1], attributes[at]];
    if (left !== undefined && right !== undefined && compareAttributes(left, right) > 0) return false;
  }
  return true;
}

function added<T>(list: T[] | undefined, item: T): T[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}

/** Reads ` = "` and answers where the value begins. */
function beginValue(source: Source): number {
  source.skipSpace();
  if (source.octet() !== EQUALS) throw source.malformed('attribute without value');
  source.at++;
  source.skipSpace();
  const quote = source.octet();
  if (quote !== QUOTE && quote !== APOSTROPHE) throw source.malformed('attribute value without quotes');
  source.at++;
  return source.at;
}

/** A value in which nothing is to be resolved or normalised, as an octet string; otherwise the head stands where that begins. */
function plainValue(source: Source, start: number): string | undefined {
  const { bytes } = source;
  let at = start;
  while (((CLASSES[bytes[at] ?? 0] ?? 0) & VALUE_STOP) === 0) at++;
  source.steps += at - start;
  source.at = at;
  if (bytes[at] !== bytes[start - 1]) return undefined;
  source.at++;
  return source.text.slice(start, at);
}

/** The whole value with references resolved and white space normalised, as an octet string. */
function mixedValue(source: Source, start: number): string {
  return source.text.slice(start, source.at) + restOfValue(source, source.bytes[start - 1] ?? QUOTE);
}

const WHITE_SPACE = '\t\n\r';
const FIRST_PRINTABLE = 0x20;

function restOfValue(source: Source, quote: number): string {
  const { bytes, text } = source;
  let value = '';
  for (;;) {
    const octet = source.octet();
    if (octet === quote) break;
    const char = text.charAt(source.at);
    if (char === '<' || char === '') throw source.malformed('attribute value without end');
    if (char === '&') value += readReference(source);
    else if (WHITE_SPACE.includes(char)) {
      value += ' ';
      source.at += text.startsWith('\r\n', source.at) ? 2 : 1;
    } else {
      if (octet < FIRST_PRINTABLE) throw source.malformed('control character');
      const start = source.at++;
      while (((CLASSES[bytes[source.at] ?? 0] ?? 0) & VALUE_STOP) === 0) source.at++;
      source.steps += source.at - start;
      value += text.slice(start, source.at);
    }
  }
  source.at++;
  return value;
}

/** undefined for `xmlns:xml`, which is always in scope and never written. */
function declarationOf(
  source: Source,
  name: XmlName,
  place: { octets: string; offset: number },
): XmlNamespace | undefined {
  const prefix = name.prefix === '' ? '' : name.localName;
  const uri = keptNamespace(source.decode(place.octets));
  if (prefix === 'xmlns' || uri === XMLNS_NAMESPACE) throw source.malformed('xmlns is reserved', place.offset);
  if ((prefix === 'xml') !== (uri === XML_NAMESPACE)) throw source.malformed('xml is reserved', place.offset);
  if (prefix !== '' && uri === '') throw source.malformed('a prefix without namespace', place.offset);
  return prefix === 'xml' ? undefined : { prefix, uri };
}

function declare(
  source: Source,
  scope: NamespaceScope,
  tag: { declarations: readonly XmlNamespace[]; start: number },
): void {
  const prefixes = new Set<string>();
  for (const declaration of tag.declarations) {
    source.steps++;
    if (prefixes.has(declaration.prefix)) throw source.malformed('namespace declared twice', tag.start);
    prefixes.add(declaration.prefix);
    scope.declare(declaration);
  }
  if (scope.size > source.limits.maxNamespaces) throw source.error('XML_LIMIT', 'too many namespaces', tag.start);
}

/** Up to this many attributes are compared pair by pair, which is quicker than a Set. */
const FEW = 4;

/** Gives attributes their namespaces; answers whether any has a prefix. */
function bind(
  source: Source,
  scope: NamespaceScope,
  tag: { attributes: readonly PendingAttribute[]; start: number },
): boolean {
  const { attributes, start } = tag;
  let qualified = false;
  for (const attribute of attributes) {
    source.steps++;
    const { prefix } = attribute.name;
    if (prefix === '') continue;
    attribute.namespace = resolve(source, scope, { prefix, start });
    qualified = true;
  }
  if (attributes.length > 1 && hasTwins(source, attributes)) throw source.malformed('attribute given twice', start);
  return qualified;
}

function hasTwins(source: Source, attributes: readonly XmlAttribute[]): boolean {
  if (attributes.length > FEW) return hasManyTwins(source, attributes);
  for (let right = 1; right < attributes.length; right++) {
    const one = attributes[right];
    for (let left = 0; left < right; left++) {
      source.steps++;
      const other = attributes[left];
      if (one?.localName === other?.localName && one?.namespace === other?.namespace) return true;
    }
  }
  return false;
}

function hasManyTwins(source: Source, attributes: readonly XmlAttribute[]): boolean {
  source.steps += attributes.length;
  // a local name holds no blank, so that the key is unambiguous
  return new Set(attributes.map((one) => `${one.localName} ${one.namespace}`)).size < attributes.length;
}

function namespaceOf(source: Source, scope: NamespaceScope, tag: { name: XmlName; start: number }): string {
  const { prefix } = tag.name;
  return prefix === '' ? (scope.get('') ?? '') : resolve(source, scope, { prefix, start: tag.start });
}

function resolve(source: Source, scope: NamespaceScope, use: { prefix: string; start: number }): string {
  const uri = scope.get(use.prefix);
  if (uri === undefined || use.prefix === 'xmlns') throw source.malformed('prefix without declaration', use.start);
  return uri;
}
