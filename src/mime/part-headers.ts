import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors.ts';
import { stripBrackets } from './content-id.ts';
import { parseParameters } from './content-type.ts';
import type { MimeLimits } from './limits.ts';

export interface PartHeaders {
  /** Without angle brackets; compared to a decoded `cid:` octet for octet. */
  readonly contentId: string | undefined;
  /** As received, unfolded. */
  readonly contentType: string | undefined;
  /** File name as the peer says it: data only, never a path to write to. Control characters are replaced. */
  readonly name: string | undefined;
  /** 7bit and 8bit are `binary` too: the octets count as they are. */
  readonly transferEncoding: 'binary' | 'base64' | 'quoted-printable';
}

/** The fields that mean something here: a second one of the same name is refused, every other field is ignored. */
type Meaningful = 'content-id' | 'content-type' | 'content-transfer-encoding' | 'content-disposition';

const MEANINGFUL: ReadonlySet<string> = new Set<Meaningful>([
  'content-id',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
]);

const TRANSFER_ENCODINGS: ReadonlyMap<string, PartHeaders['transferEncoding']> = new Map([
  ['7bit', 'binary'],
  ['8bit', 'binary'],
  ['binary', 'binary'],
  ['base64', 'base64'],
  ['quoted-printable', 'quoted-printable'],
]);

const CONTROL = /[^\t\r\n\x20-\x7e\x80-\uffff]/;
const NOT_ASCII = /[\x80-\xff]/;
const LONE_LINE_END = /\r(?!\n)|(?<!\r)\n/;
const FOLD = /\r\n(?=[ \t])/g;
/** Starts with a letter or digit, so that a boundary line that holds a colon is no field. */
const FIELD = /^([A-Za-z0-9][!-9;-~]*):[ \t]*(.*)$/s;
const DISPOSITION_TYPE = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+/;
const EXTENDED_VALUE = /^utf-8'[^']*'(.*)$/i;
const CONTROLS_OF_NAME = /\p{Cc}/gu;

/**
 * Reads the header block of a part (without the empty line that ends it).
 * Throws MIME_MALFORMED, MIME_LIMIT.
 * @spec RFC 2045 §3, RFC 5322 §2.2
 */
export function parsePartHeaders(block: Buffer, limits: MimeLimits): PartHeaders {
  const fields = parseFields(decodeBlock(block), limits.maxHeaders);
  const contentType = fields.get('content-type');
  if (contentType !== undefined && /^multipart[ \t]*\//i.test(contentType)) throw malformed('a multipart in a part');
  return {
    contentId: contentIdOf(fields.get('content-id')),
    contentType,
    name: nameOf(fields.get('content-disposition'), contentType),
    transferEncoding: transferEncodingOf(fields.get('content-transfer-encoding')),
  };
}

function decodeBlock(block: Buffer): string {
  const octets = block.toString('latin1');
  if (LONE_LINE_END.test(octets)) throw malformed('a line of a part header does not end in CRLF');
  if (CONTROL.test(octets)) throw malformed('a control character in a part header');
  return NOT_ASCII.test(octets) && isUtf8(block) ? block.toString('utf8') : octets;
}

function parseFields(block: string, maxHeaders: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (block === '') return fields;
  if (block.startsWith(' ') || block.startsWith('\t')) throw malformed('the first header line of a part is a fold');
  const lines = block.replace(FOLD, '').split('\r\n');
  if (lines.length > maxHeaders) {
    throw new GatewayError('MIME_LIMIT', { detail: `a part has more than ${maxHeaders} header fields` });
  }
  for (const line of lines) {
    const match = FIELD.exec(line);
    if (match === null) throw malformed('a header line of a part is no field');
    const name = (match[1] ?? '').toLowerCase();
    if (!MEANINGFUL.has(name)) continue;
    if (fields.has(name)) throw malformed(`a part has the field ${name} twice`);
    fields.set(name, (match[2] ?? '').trim());
  }
  return fields;
}

function contentIdOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const contentId = stripBrackets(value);
  if (contentId === '' || /[<>]/.test(contentId)) throw malformed('a Content-ID is malformed');
  return contentId;
}

function transferEncodingOf(value: string | undefined): PartHeaders['transferEncoding'] {
  if (value === undefined) return 'binary';
  const encoding = TRANSFER_ENCODINGS.get(value.toLowerCase());
  if (encoding === undefined) throw malformed('an unknown Content-Transfer-Encoding');
  return encoding;
}

/** A malformed file name is no name: it decides nothing, so it refuses nothing. */
function nameOf(disposition: string | undefined, contentType: string | undefined): string | undefined {
  const type = disposition === undefined ? null : DISPOSITION_TYPE.exec(disposition);
  const named = type === null ? undefined : parseParameters(disposition ?? '', type[0].length);
  const name =
    extendedValue(named?.get('filename*')) ?? named?.get('filename') ?? (contentType && typeName(contentType));
  return name === undefined || name === '' ? undefined : name.replace(CONTROLS_OF_NAME, '\ufffd');
}

function typeName(contentType: string): string | undefined {
  const semicolon = contentType.indexOf(';');
  return semicolon < 0 ? undefined : parseParameters(contentType, semicolon)?.get('name');
}

/** @spec RFC 2231 §4 */
function extendedValue(value: string | undefined): string | undefined {
  const escaped = value === undefined ? undefined : EXTENDED_VALUE.exec(value)?.[1];
  if (escaped === undefined) return undefined;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

function malformed(detail: string): GatewayError {
  return new GatewayError('MIME_MALFORMED', { detail });
}
