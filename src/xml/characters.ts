/* One octet → its classes. Octets above ASCII count as name characters here; names that hold them are checked as a whole. */

export const NAME_START = 1;
export const NAME = 2;
export const SPACE = 4;
/** What ends a plain run of character data: markup, references, CR, `>`, and `]` that may begin `]]>`. */
export const TEXT_STOP = 8;
/** What ends a plain run of an attribute value: quotes, `<`, references and white space that is normalised. */
export const VALUE_STOP = 16;
/** Control characters that no document may hold; they end every plain run. */
export const CONTROL = 32;

export const CLASSES: Uint8Array = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (chars: string, bits: number): void => {
    for (const char of chars) table[char.charCodeAt(0)] = (table[char.charCodeAt(0)] ?? 0) | bits;
  };
  for (let octet = 0; octet < 0x20; octet++) table[octet] = CONTROL | TEXT_STOP | VALUE_STOP;
  for (const octet of [0x09, 0x0a, 0x0d]) table[octet] = 0;
  mark('\t\n\r ', SPACE);
  mark('\t\n\r"\'<&', VALUE_STOP);
  mark('\r<&]>', TEXT_STOP);
  mark('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_', NAME_START | NAME);
  mark('0123456789-.:', NAME);
  for (let octet = 0x80; octet < 0x100; octet++) table[octet] = NAME_START | NAME;
  return table;
}

const START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF' +
  '\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NC_NAME = new RegExp(`^[${START}][${START}0-9.\\-\\u00B7\\u0300-\\u036F\\u203F\\u2040]*$`, 'u');

/** A name without colon. @spec Namespaces in XML 1.0 §3 */
export function isNcName(text: string): boolean {
  return NC_NAME.test(text);
}

/** The character of a code point may stand in a document. C1 controls are legal XML and yet refused: no peer writes them. */
export function isAllowedCodePoint(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  if (code < 0xd800) return code < 0x80 || code > 0x9f;
  return (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
