import { GatewayError } from '../errors.ts';

/** Undoes a Content-Transfer-Encoding piece by piece. Both throw MIME_MALFORMED on what the encoding does not allow. */
export interface TransferDecoder {
  write(octets: Buffer): Buffer;
  /** What was held back; throws when the input breaks off. */
  end(): Buffer;
}

const NOTHING = Buffer.alloc(0);

export function transferDecoder(encoding: 'base64' | 'quoted-printable'): TransferDecoder {
  return encoding === 'base64' ? new Base64Decoder() : new QuotedPrintableDecoder();
}

const LINE_BLANKS = /[ \t\r\n]+/g;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** White space is skipped; padding is obligatory, last, and its unused bits are zero. @spec RFC 2045 §6.8 */
class Base64Decoder implements TransferDecoder {
  #carry = '';
  #padded = false;

  write(octets: Buffer): Buffer {
    const text = this.#carry + octets.toString('latin1').replace(LINE_BLANKS, '');
    const whole = text.length - (text.length % 4);
    this.#carry = text.slice(whole);
    if (!BASE64.test(this.#carry)) throw malformed('base64');
    return whole === 0 ? NOTHING : this.#decode(text.slice(0, whole));
  }

  end(): Buffer {
    if (this.#carry !== '') throw malformed('base64');
    return NOTHING;
  }

  #decode(groups: string): Buffer {
    if (this.#padded || !BASE64.test(groups)) throw malformed('base64');
    const decoded = Buffer.from(groups, 'base64');
    this.#padded = groups.endsWith('=');
    if (this.#padded && !hasZeroPadding(groups.slice(-4))) throw malformed('base64');
    return decoded;
  }
}

function hasZeroPadding(group: string): boolean {
  return Buffer.from(group, 'base64').toString('base64') === group;
}

/** RFC 5322 §2.1.1 lets no line be longer; the encoding itself asks 76. */
const LONGEST_LINE = 998;
const NOT_PRINTABLE = /[^\t\x20-\x7e]/;
const ESCAPE = /=([0-9A-Fa-f]{2})/g;
const BAD_ESCAPE = /=(?![0-9A-Fa-f]{2})/;

/**
 * Blanks at the end of a line are dropped, lower-case digits and lines that end in a bare LF are read.
 * @spec RFC 2045 §6.7
 */
class QuotedPrintableDecoder implements TransferDecoder {
  #line: Buffer = NOTHING;

  write(octets: Buffer): Buffer {
    const input = this.#line.length === 0 ? octets : Buffer.concat([this.#line, octets]);
    const lineFeed = input.lastIndexOf(0x0a);
    this.#line = input.subarray(lineFeed + 1);
    if (this.#line.length > LONGEST_LINE) throw malformed('quoted-printable');
    if (lineFeed < 0) return NOTHING;
    return decodeLines(input.toString('latin1', 0, lineFeed + 1));
  }

  end(): Buffer {
    const text = this.#line.toString('latin1');
    this.#line = NOTHING;
    return Buffer.from(decodeLine(text, ''), 'latin1');
  }
}

function decodeLines(text: string): Buffer {
  const lines = text.split('\n');
  lines.pop();
  let decoded = '';
  for (const line of lines) {
    decoded += line.endsWith('\r') ? decodeLine(line.slice(0, -1), '\r\n') : decodeLine(line, '\n');
  }
  return Buffer.from(decoded, 'latin1');
}

function decodeLine(line: string, lineEnd: string): string {
  if (line.length > LONGEST_LINE || NOT_PRINTABLE.test(line)) throw malformed('quoted-printable');
  const text = trimBlanks(line);
  const isSoft = text.endsWith('=');
  if (isSoft && lineEnd === '') throw malformed('quoted-printable');
  const content = isSoft ? text.slice(0, -1) : text;
  if (!content.includes('=')) return isSoft ? content : content + lineEnd;
  if (BAD_ESCAPE.test(content)) throw malformed('quoted-printable');
  const decoded = content.replace(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return isSoft ? decoded : decoded + lineEnd;
}

/** By hand: a pattern such as /[ \t]+$/ takes quadratic time on a line of blanks. */
function trimBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}

function malformed(encoding: string): GatewayError {
  return new GatewayError('MIME_MALFORMED', { detail: `a part is not what its transfer encoding ${encoding} says` });
}
