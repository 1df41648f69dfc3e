import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorCode, ERRORS } from '../errors.ts';
import type { OutgoingAnswer } from '../ports/transport.ts';

export interface RequestHead {
  readonly method?: string | undefined;
  /** The request target as received. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, … as received: of a field that is there twice `headers` holds the first. */
  readonly rawHeaders?: readonly string[];
  readonly httpVersion?: string;
}

/** What the endpoint serves at a path: bodies up to a size. */
export interface Served {
  /** Exactly this one; or, where it ends in `/`, every longer one that begins so. */
  readonly path: string;
  readonly maxBodyBytes: number;
}

export interface RequestTarget<S extends Served> {
  readonly path: string;
  /** Undefined: there is nothing. */
  readonly served: S | undefined;
}

/** Finds what is served at the target of a request. A query string makes it another path. */
export function findServed<S extends Served>(target: string | undefined, all: readonly S[]): RequestTarget<S> {
  const path = pathOf(target ?? '');
  return { path, served: all.find((one) => isAt(path, one.path)) };
}

function isAt(path: string, served: string): boolean {
  return served.length > 1 && served.endsWith('/') ? path.startsWith(served) && path !== served : path === served;
}

/** The answer to a request that is refused for its headers alone, or `undefined`: then the body may be read. */
export function refuseHead(head: Omit<RequestHead, 'url'>, served: Served | undefined): OutgoingAnswer | undefined {
  if (served === undefined) return refusal('HTTP_PATH');
  if (head.method !== 'POST') return refusal('HTTP_METHOD', { Allow: 'POST' });
  if (isAmbiguous(head)) return { ...refusal('HTTP_MALFORMED'), close: true };
  const transferEncoding = head.headers['transfer-encoding'];
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') return refusal('HTTP_MALFORMED');
  const contentEncoding = head.headers['content-encoding'] ?? 'identity';
  if (contentEncoding.toLowerCase() !== 'identity') return refusal('HTTP_CONTENT_TYPE');
  if (Number(head.headers['content-length'] ?? 0) > served.maxBodyBytes) return refusal('HTTP_TOO_LARGE');
  return undefined;
}

const ONCE: ReadonlySet<string> = new Set(['host', 'content-type']);
const VERSIONS: ReadonlySet<string> = new Set(['1.0', '1.1']);

/** Whether two readers, a proxy and we, could take it for two different requests. @spec RFC 9112 §3.2, RFC 9110 §5.3 */
function isAmbiguous({ rawHeaders = [], httpVersion = '1.1' }: Omit<RequestHead, 'url'>): boolean {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const once = names.filter((name) => ONCE.has(name));
  return !VERSIONS.has(httpVersion) || new Set(once).size < once.length;
}

/** Whether octets follow the headers. */
export function announcesBody(headers: IncomingHttpHeaders): boolean {
  return isChunked(headers) || (headers['content-length'] ?? '0') !== '0';
}

/** Whether the body ends where it says so itself, after any number of octets. */
export function isChunked(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined;
}

/** As it was sent, its query included; also of a target in absolute form, which RFC 9112 §3.2.2 makes every server read. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  return /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(target)?.[1] ?? '';
}

function refusal(code: ErrorCode, headers: Readonly<Record<string, string>> = {}): OutgoingAnswer {
  return { status: ERRORS[code].http, headers, body: undefined };
}
