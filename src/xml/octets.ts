import { isAscii } from 'node:buffer';

/*
 * An octet string is a JavaScript string with one char per UTF-8 octet. Scanning, slicing and hashing stay octet-exact and fast;
 * only what leaves the room is turned into a proper string.
 */

/** Octet string → proper string; the same string when it is ASCII. */
export function decodeOctets(octets: string): string {
  return hasHighUnit(octets) ? Buffer.from(octets, 'latin1').toString('utf8') : octets;
}

/** Proper string → octet string; the same string when it is ASCII. */
export function encodeOctets(text: string): string {
  return hasHighUnit(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

const SHORT = 256;

function hasHighUnit(text: string): boolean {
  if (text.length > SHORT) return !isAscii(Buffer.from(text, 'utf8'));
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return true;
  return false;
}

/**
 * Order of the UTF-8 octets of two proper strings, which is the order of their code points. Plain `<` compares UTF-16 units and
 * puts astral characters before U+E000–U+FFFF. @spec Canonical XML 1.0 §2.2
 */
export function compareOctetOrder(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

interface Named {
  readonly namespace: string;
  readonly localName: string;
}

/** By namespace, then by local name. @spec Canonical XML 1.0 §2.2 */
export function compareAttributes(left: Named, right: Named): number {
  return left.namespace === right.namespace
    ? compareOctetOrder(left.localName, right.localName)
    : compareOctetOrder(left.namespace, right.namespace);
}

const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Moves surrogates behind the rest of the basic plane. */
function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < AFTER_SURROGATES ? unit + 0x2000 : unit - 0x800;
}
