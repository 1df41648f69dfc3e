import { CLASSES, TEXT_STOP } from './characters.ts';
import { decodeDocument } from './encoding.ts';
import type { XmlHandler } from './events.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from './limits.ts';
import { standsAt, type XmlName } from './names.ts';
import { NamespaceScope } from './namespace-scope.ts';
import { xmlError } from './position.ts';
import { readDeclaration } from './prolog.ts';
import { isCanonicalReference, readReference } from './references.ts';
import { normalizeLineEnds, Source } from './source.ts';
import { readStartTag } from './start-tag.ts';
import { TextRun } from './text-run.ts';

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const BANG = 0x21;
const AMPERSAND = 0x26;
const CARRIAGE_RETURN = 0x0d;
const CLOSING_BRACKET = 0x5d;

/**
 * Reads a document and tells `handler` what it holds. Strict: no DOCTYPE, no entities but the five, one root, all of Namespaces in XML.
 * Throws XML_MALFORMED, XML_FORBIDDEN, XML_LIMIT with line and column; the handler may have been told a part by then.
 * @spec XML 1.0 (fifth edition), Namespaces in XML 1.0
 */
export function tokenize(bytes: Uint8Array, handler: XmlHandler, limits: XmlLimits = DEFAULT_XML_LIMITS): Tokenized {
  if (bytes.length > limits.maxBytes) throw xmlError('XML_LIMIT', 'document too large', { bytes, offset: 0 });
  const decoded = decodeDocument(bytes);
  const source = new Source(decoded, limits);
  readDeclaration(source, decoded.family);
  handler.begin?.(decoded.bytes);
  new Tokenizer(source, handler).run();
  return { utf8: decoded.bytes, encoding: decoded.family === 'utf-8' ? 'UTF-8' : 'UTF-16', steps: source.steps };
}

export interface Tokenized {
  /** What offsets count in: the octets given, or what UTF-16 became. */
  readonly utf8: Buffer;
  /** What the octets given were written in. */
  readonly encoding: 'UTF-8' | 'UTF-16';
  /** Inner steps it took: they grow with the octets and nothing else. */
  readonly steps: number;
}

class Tokenizer {
  readonly #source: Source;
  readonly #handler: XmlHandler;
  readonly #scope = new NamespaceScope();
  /** Open elements, and how many namespaces were in scope before each. */
  readonly #open: XmlName[] = [];
  readonly #sizes: number[] = [];
  #nodes = 0;

  constructor(source: Source, handler: XmlHandler) {
    this.#source = source;
    this.#handler = handler;
  }

  run(): void {
    const source = this.#source;
    this.#misc();
    if (source.octet() !== LESS) throw source.malformed('expected the root element');
    this.#startTag();
    while (this.#open.length > 0) this.#content();
    this.#misc();
    if (source.at < source.bytes.length) throw source.malformed('content after the root element');
  }

  /** White space, comments and instructions outside the root. */
  #misc(): void {
    const source = this.#source;
    for (;;) {
      source.skipSpace();
      if (source.octet() !== LESS) return;
      const next = source.bytes[source.at + 1];
      if (next === QUESTION) this.#instruction();
      else if (next === BANG) this.#commentOrRefusal();
      else return;
    }
  }

  #content(): void {
    const source = this.#source;
    if (source.octet() !== LESS) return this.#text();
    const next = source.bytes[source.at + 1] ?? 0;
    if (next === SLASH) return this.#endTag();
    if (next === QUESTION) return this.#instruction();
    if (next !== BANG) return this.#startTag();
    if (source.text.startsWith('[CDATA[', source.at + 2)) return this.#cdata();
    return this.#commentOrRefusal();
  }

  #startTag(): void {
    const source = this.#source;
    this.#count();
    if (this.#open.length >= source.limits.maxDepth) throw source.error('XML_LIMIT', 'too deep');
    const size = this.#scope.size;
    const tag = readStartTag(source, this.#scope);
    this.#handler.startElement(tag);
    if (source.octet() === GREATER) {
      source.at++;
      this.#open.push(tag.name);
      this.#sizes.push(size);
      return;
    }
    source.expect('/>');
    this.#handler.endElement(tag.name, source.at);
    this.#scope.shrink(size);
  }

  #endTag(): void {
    const source = this.#source;
    const name = this.#open.pop();
    const start = source.at + 2;
    if (name === undefined || !standsAt(name.octets, source.bytes, start))
      throw source.malformed('end tag of another element');
    source.at = start + name.octets.length;
    source.steps += name.octets.length;
    source.skipSpace();
    if (source.octet() !== GREATER) throw source.malformed('end tag of another element', start);
    source.at++;
    this.#handler.endElement(name, source.at);
    this.#scope.shrink(this.#sizes.pop() ?? 0);
  }

  #text(): void {
    const source = this.#source;
    const { bytes } = source;
    const start = source.at;
    this.#count();
    let at = start;
    while (((CLASSES[bytes[at] ?? 0] ?? 0) & TEXT_STOP) === 0) at++;
    if (bytes[at] !== LESS) return this.#mixedText(start);
    source.steps += at - start;
    source.at = at;
    this.#handler.text(new TextRun(source.text, start, at));
  }

  /** Text with references, line ends to normalise, a `]` or a `>`. */
  #mixedText(start: number): void {
    const source = this.#source;
    const { bytes, text } = source;
    let octets = '';
    let from = start;
    let at = start;
    let canonical = true;
    for (;;) {
      while (((CLASSES[bytes[at] ?? 0] ?? 0) & TEXT_STOP) === 0) at++;
      const octet = bytes[at] ?? 0;
      if (octet === LESS) break;
      if (at >= bytes.length) throw source.malformed('element without end', at);
      if (octet === AMPERSAND) {
        octets += text.slice(from, at);
        source.at = at;
        const character = readReference(source);
        canonical &&= isCanonicalReference(text, at, source.at);
        octets += character;
        from = at = source.at;
      } else if (octet === CARRIAGE_RETURN) {
        octets += `${text.slice(from, at)}\n`;
        canonical = false;
        from = at += text.startsWith('\r\n', at) ? 2 : 1;
      } else {
        if (octet === GREATER) canonical = false;
        else if (octet !== CLOSING_BRACKET) throw source.malformed('control character', at);
        else if (text.startsWith(']]>', at)) throw source.malformed(']]> in text', at);
        at++;
      }
    }
    source.steps += at - start;
    source.at = at;
    this.#handler.text(new TextRun(text, start, at).resolved(octets + text.slice(from, at), canonical));
  }

  #cdata(): void {
    const source = this.#source;
    this.#count();
    const start = source.at;
    source.at += '<![CDATA['.length;
    const octets = source.until(']]>', 'CDATA section');
    if (octets !== '')
      this.#handler.text(new TextRun(source.text, start, source.at).resolved(normalizeLineEnds(octets), false));
  }

  #commentOrRefusal(): void {
    const source = this.#source;
    const start = source.at;
    if (source.text.startsWith('<!DOCTYPE', start)) throw source.error('XML_FORBIDDEN', 'DOCTYPE');
    this.#count();
    source.expect('<!--');
    const octets = source.until('--', 'comment');
    if (source.octet() !== GREATER) throw source.malformed('-- in a comment', source.at - 2);
    source.at++;
    this.#handler.comment(normalizeLineEnds(octets));
  }

  #instruction(): void {
    const source = this.#source;
    const start = source.at;
    this.#count();
    source.at += 2;
    const target = source.name();
    if (target.octets.includes(':') || target.octets.toLowerCase() === 'xml')
      throw source.malformed('reserved instruction', start);
    const spaced = source.skipSpace();
    const octets = source.until('?>', 'instruction');
    if (!spaced && octets !== '') throw source.malformed('not an instruction', start);
    this.#handler.instruction(target.octets, normalizeLineEnds(octets));
  }

  #count(): void {
    if (++this.#nodes > this.#source.limits.maxNodes) throw this.#source.error('XML_LIMIT', 'too many nodes');
  }
}
