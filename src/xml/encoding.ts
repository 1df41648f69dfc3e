import { isUtf8 } from 'node:buffer';
import { xmlError } from './position.ts';

/** UTF-8 octets of a document, checked to hold legal characters only, but for C0 controls. */
export interface Decoded {
  readonly bytes: Buffer;
  /** One char per octet of `bytes`. */
  readonly text: string;
  /** Offset behind a byte order mark. */
  readonly start: number;
  /** What the document was written in, and so what its declaration must say; bare: without a byte order mark. */
  readonly family: 'utf-8' | 'utf-16' | 'utf-16le-bare' | 'utf-16be-bare';
}

const UTF8_MARK = '\xef\xbb\xbf';

/** Finds the encoding by the first octets and gives UTF-8. Throws XML_FORBIDDEN, XML_MALFORMED. @spec XML 1.0 §4.3.3, appendix F */
export function decodeDocument(given: Uint8Array): Decoded {
  const raw = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const family = familyOf(raw);
  const bytes = family === 'utf-8' ? raw : transcode(raw, family);
  if (family === 'utf-8' && !isUtf8(bytes)) {
    throw xmlError('XML_MALFORMED', 'not UTF-8', { bytes, offset: firstInvalid(bytes) });
  }
  const text = bytes.toString('latin1', 0, bytes.length);
  checkCharacters(bytes, text);
  return { bytes, text, start: family === 'utf-8' && text.startsWith(UTF8_MARK) ? UTF8_MARK.length : 0, family };
}

function familyOf(raw: Buffer): Decoded['family'] {
  const first = raw.toString('hex', 0, 4);
  if (
    first === '0000feff' ||
    first === 'fffe0000' ||
    first === '0000003c' ||
    first === '3c000000' ||
    first === '4c6fa794'
  ) {
    throw xmlError('XML_FORBIDDEN', 'UTF-32 or EBCDIC', { bytes: raw, offset: 0 });
  }
  if (first.startsWith('feff') || first.startsWith('fffe')) return 'utf-16';
  if (first.startsWith('3c00')) return 'utf-16le-bare';
  return first.startsWith('003c') ? 'utf-16be-bare' : 'utf-8';
}

function transcode(raw: Buffer, family: Decoded['family']): Buffer {
  const big = family === 'utf-16be-bare' || (family === 'utf-16' && raw[0] === 0xfe);
  try {
    return Buffer.from(new TextDecoder(big ? 'utf-16be' : 'utf-16le', { fatal: true }).decode(raw), 'utf8');
  } catch {
    throw xmlError('XML_MALFORMED', 'not UTF-16', { bytes: raw, offset: 0 });
  }
}

function firstInvalid(bytes: Buffer): number {
  const replaced = Buffer.from(bytes.toString('utf8'), 'utf8');
  let at = 0;
  while (at < bytes.length && bytes[at] === replaced[at]) at++;
  return at;
}

/** C1 controls, U+FFFE and U+FFFF: once for the whole document. C0 controls are met where the octets are read one by one. */
function checkCharacters(bytes: Buffer, text: string): void {
  for (let at = text.indexOf('\xc2'); at >= 0; at = text.indexOf('\xc2', at + 1)) {
    if ((bytes[at + 1] ?? 0) < 0xa0) throw xmlError('XML_FORBIDDEN', 'C1 control character', { bytes, offset: at });
  }
  for (let at = text.indexOf('\xef\xbf'); at >= 0; at = text.indexOf('\xef\xbf', at + 1)) {
    if ((bytes[at + 2] ?? 0) > 0xbd) throw xmlError('XML_MALFORMED', 'not a character', { bytes, offset: at });
  }
}
