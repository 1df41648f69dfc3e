import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, ERRORS } from '../errors.ts';
import type { OutgoingAnswer } from '../ports/transport.ts';

export interface RequestHead {
  readonly method?: string | undefined;
  /** The request target as received. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What the endpoint serves: one path, exactly, and bodies up to a size. */
export interface Served {
  readonly path: string;
  readonly maxBodyBytes: number;
}

/** The answer to a request that is refused for its headers alone, or `undefined`: then the body may be read. */
export function refuseHead(head: RequestHead, served: Served): OutgoingAnswer | undefined {
  if (pathOf(head.url ?? '') !== served.path) return refusal('HTTP_PATH');
  if (head.method !== 'POST') return refusal('HTTP_METHOD', { Allow: 'POST' });
  const transferEncoding = head.headers['transfer-encoding'];
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') return refusal('HTTP_MALFORMED');
  const contentEncoding = head.headers['content-encoding'] ?? 'identity';
  if (contentEncoding.toLowerCase() !== 'identity') return refusal('HTTP_CONTENT_TYPE');
  if (Number(head.headers['content-length'] ?? 0) > served.maxBodyBytes) return refusal('HTTP_TOO_LARGE');
  return undefined;
}

/** Whether octets follow the headers. */
export function announcesBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Also of a target in absolute form, which RFC 9112 §3.2.2 makes every server read. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  return /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(target)?.[1] ?? '';
}

function refusal(code: ErrorCode, headers: Readonly<Record<string, string>> = {}): OutgoingAnswer {
  return { status: ERRORS[code].http, headers, body: undefined };
}
