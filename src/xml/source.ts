import { isAscii } from 'node:buffer';
import type { GatewayError } from '../errors.ts';
import { CLASSES, CONTROL, NAME, NAME_START, SPACE } from './characters.ts';
import type { Decoded } from './encoding.ts';
import type { XmlLimits } from './limits.ts';
import { keptName, readName, type XmlName } from './names.ts';
import { decodeOctets } from './octets.ts';
import { type XmlErrorCode, xmlError } from './position.ts';

/** A document under a reading head: what the parts of the tokenizer share. */
export class Source {
  readonly bytes: Buffer;
  readonly text: string;
  readonly limits: XmlLimits;
  /** Offset of the next octet to read. */
  at: number;
  /** Inner steps done so far: octets looked at, entries searched, names compared. */
  steps = 0;
  readonly #ascii: boolean;

  constructor(decoded: Decoded, limits: XmlLimits) {
    this.bytes = decoded.bytes;
    this.text = decoded.text;
    this.limits = limits;
    this.at = decoded.start;
    this.#ascii = isAscii(decoded.bytes);
  }

  malformed(detail: string, offset = this.at): GatewayError {
    return this.error('XML_MALFORMED', detail, offset);
  }

  error(code: XmlErrorCode, detail: string, offset = this.at): GatewayError {
    return xmlError(code, detail, { bytes: this.bytes, offset });
  }

  decode(octets: string): string {
    return this.#ascii ? octets : decodeOctets(octets);
  }

  octet(): number {
    return this.bytes[this.at] ?? 0;
  }

  /** Whether there was white space. */
  skipSpace(): boolean {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    while (((CLASSES[bytes[at] ?? 0] ?? 0) & SPACE) !== 0) at++;
    this.at = at;
    this.steps += at - start;
    return at > start;
  }

  expect(literal: string): void {
    if (!this.text.startsWith(literal, this.at)) throw this.malformed(`expected ${literal}`);
    this.at += literal.length;
  }

  name(): XmlName {
    const { bytes } = this;
    const start = this.at;
    if (((CLASSES[bytes[start] ?? 0] ?? 0) & NAME_START) === 0) throw this.malformed('expected a name');
    let at = start;
    let hash = 0;
    for (let octet = bytes[at] ?? 0; ((CLASSES[octet] ?? 0) & NAME) !== 0; octet = bytes[at] ?? 0) {
      hash = (Math.imul(hash, 31) + octet) | 0;
      at++;
    }
    const length = at - start;
    this.steps += length;
    if (length > this.limits.maxNameLength) throw this.error('XML_LIMIT', 'name too long', start);
    const place = { length, hash };
    const name = keptName(bytes, start, place) ?? readName(bytes, start, place);
    if (name === undefined) throw this.malformed('not a name', start);
    this.at = at;
    return name;
  }

  /** The octets up to `terminator`, which is passed over. */
  until(terminator: string, detail: string): string {
    const end = this.text.indexOf(terminator, this.at);
    if (end < 0) throw this.malformed(`${detail} without end`);
    this.#refuseControls(end);
    const octets = this.text.slice(this.at, end);
    this.steps += octets.length;
    this.at = end + terminator.length;
    return octets;
  }

  #refuseControls(end: number): void {
    const { bytes } = this;
    for (let at = this.at; at < end; at++) {
      if (((CLASSES[bytes[at] ?? 0] ?? 0) & CONTROL) !== 0) throw this.malformed('control character', at);
    }
  }
}

/** CR LF and a lone CR become LF. @spec XML 1.0 §2.11 */
export function normalizeLineEnds(octets: string): string {
  return octets.includes('\r') ? octets.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : octets;
}
