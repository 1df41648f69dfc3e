import { parseContentType } from '../../mime/content-type.ts';

/** What is read by the first octets and the declaration of a document, whatever the Content-Type adds: XML is read in these alone. */
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'utf-16', 'utf-16le', 'utf-16be']);

/** `other-charset`: XML whose Content-Type names an encoding that is not read. @spec RFC 7303 §3 */
export function formOf(contentType: string): 'xml' | 'other-charset' | 'json' | 'other' {
  const parsed = parseContentType(contentType);
  if (parsed === undefined) return 'other';
  const { type, parameters } = parsed;
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  if (type !== 'text/xml' && type !== 'application/xml' && !type.endsWith('+xml')) return 'other';
  return CHARSETS.has((parameters.get('charset') ?? 'utf-8').toLowerCase()) ? 'xml' : 'other-charset';
}

/** The same name with the ending of the other form. */
export function renamed(name: string | undefined, ending: 'xml' | 'json'): string | undefined {
  return name?.replace(/\.(?:xml|json)$/i, `.${ending}`);
}
