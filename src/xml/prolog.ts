import type { Decoded } from './encoding.ts';
import type { Source } from './source.ts';

const DECLARED: Readonly<Record<Decoded['family'], string>> = {
  'utf-8': 'UTF-8',
  'utf-16': 'UTF-16',
  'utf-16le-bare': 'UTF-16LE',
  'utf-16be-bare': 'UTF-16BE',
};

const DECLARATION =
  /^[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])(1\.[0-9]+)\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][A-Za-z0-9._-]*)\3)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\5)?[ \t\r\n]*$/;
/** Octets of the longest declaration that is looked at. */
const LONGEST = 256;

/** Passes over the XML declaration and holds it against what the octets are. Throws XML_MALFORMED, XML_FORBIDDEN. @spec XML 1.0 §2.8, §4.3.3 */
export function readDeclaration(source: Source, family: Decoded['family']): void {
  const { text } = source;
  const start = source.at;
  if (!text.startsWith('<?xml', start) || !' \t\r\n'.includes(text.charAt(start + 5))) {
    if (family.endsWith('bare')) throw source.error('XML_FORBIDDEN', 'UTF-16 without byte order mark and declaration');
    return;
  }
  const end = text.slice(start, start + LONGEST).indexOf('?>');
  const match = end < 0 ? null : DECLARATION.exec(text.slice(start + 5, start + end));
  if (match === null) throw source.malformed('not an XML declaration');
  if (match[2] !== '1.0') throw source.error('XML_FORBIDDEN', 'a version other than 1.0');
  checkEncoding(source, family, match[4]);
  source.at = start + end + 2;
}

function checkEncoding(source: Source, family: Decoded['family'], declared: string | undefined): void {
  if (declared === undefined && !family.endsWith('bare')) return;
  if (declared?.toUpperCase() !== DECLARED[family]) {
    throw source.error('XML_FORBIDDEN', `encoding ${declared ?? 'not declared'} where the octets are ${family}`);
  }
}
