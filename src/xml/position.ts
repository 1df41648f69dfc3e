import { type ErrorCode, GatewayError } from '../errors.ts';

const LINE_FEED = 0x0a;
const CONTINUATION_FIRST = 0x80;
const CONTINUATION_LAST = 0xbf;

/** Line and column (both from 1, columns in characters) of an octet offset. */
export function positionAt(bytes: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let column = 1;
  const end = Math.min(offset, bytes.length);
  for (let at = 0; at < end; at++) {
    const octet = bytes[at] ?? 0;
    if (octet === LINE_FEED) {
      line++;
      column = 1;
    } else if (octet < CONTINUATION_FIRST || octet > CONTINUATION_LAST) column++;
  }
  return { line, column };
}

export type XmlErrorCode = Extract<ErrorCode, `XML_${string}`>;

/** The refusal of a document, located at an octet offset. */
export function xmlError(
  code: XmlErrorCode,
  detail: string,
  place: { bytes: Uint8Array; offset: number },
): GatewayError {
  const { line, column } = positionAt(place.bytes, place.offset);
  return new GatewayError(code, { detail, location: `line ${line}, column ${column}` });
}
