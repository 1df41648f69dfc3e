import { isAllowedCodePoint } from './characters.ts';
import { encodeOctets } from './octets.ts';
import type { Source } from './source.ts';

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

const JAVA_LINE_END = '&#13;';
const SEMICOLON = ';';
/** Longest body of a reference that is looked at: room for leading zeros, none for a document's worth of digits. */
const LONGEST = 32;

/** Reads the reference at the reading head (which stands on `&`) and gives the octets it stands for. Throws XML_MALFORMED, XML_FORBIDDEN. */
export function readReference(source: Source): string {
  const start = source.at;
  // what Java peers put at the end of each line of base64
  if (source.text.startsWith(JAVA_LINE_END, start)) {
    source.at = start + JAVA_LINE_END.length;
    source.steps += JAVA_LINE_END.length;
    return '\r';
  }
  const end = source.text.slice(start + 1, start + 1 + LONGEST).indexOf(SEMICOLON);
  if (end < 0) throw source.malformed('reference without ;', start);
  const body = source.text.slice(start + 1, start + 1 + end);
  source.at = start + end + 2;
  source.steps += end + 2;
  if (body.startsWith('#')) return characterOf(source, body, start);
  const octets = PREDEFINED.get(body);
  if (octets === undefined) throw source.error('XML_FORBIDDEN', 'entity that is not predefined', start);
  return octets;
}

/** How Canonical XML writes the characters of text that it does not write as they are. */
const CANONICAL: readonly string[] = ['&amp;', '&lt;', '&gt;', '&#xD;'];

/** Whether the reference in `text` from `start` to `end` is written as Canonical XML writes it in text. */
export function isCanonicalReference(text: string, start: number, end: number): boolean {
  return CANONICAL.some((one) => one.length === end - start && text.startsWith(one, start));
}

const DECIMAL = /^#[0-9]+$/;
const HEXADECIMAL = /^#x[0-9a-fA-F]+$/;

function characterOf(source: Source, body: string, start: number): string {
  const hexadecimal = HEXADECIMAL.test(body);
  if (!hexadecimal && !DECIMAL.test(body)) throw source.malformed('not a character reference', start);
  const code = hexadecimal ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
  if (code >= 0x80 && code <= 0x9f) throw source.error('XML_FORBIDDEN', 'reference to a C1 control character', start);
  if (!isAllowedCodePoint(code)) throw source.malformed('reference to what is no character', start);
  return encodeOctets(String.fromCodePoint(code));
}
