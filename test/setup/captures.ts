import { fixture } from './fixtures.ts';

/** One captured HTTP message: head and body as they were on the wire, chunking taken off. */
export interface Captured {
  readonly startLine: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const HEAD_END = '\r\n\r\n';

export function readCapture(path: string): Captured {
  const bytes = fixture(path);
  const end = bytes.indexOf(HEAD_END);
  const [startLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { startLine, headers, body: bytes.subarray(end + HEAD_END.length) };
}

const CONTENT_HEADERS = ['content-type', 'soapaction'];

/** What of a captured request counts for a receiver. */
export function asRequest({ startLine, headers, body }: Captured): {
  method: string;
  headers: Record<string, string>;
  body: Buffer;
} {
  const kept = Object.entries(headers).filter(([name]) => CONTENT_HEADERS.includes(name));
  return { method: startLine.split(' ')[0] ?? 'POST', headers: Object.fromEntries(kept), body };
}
