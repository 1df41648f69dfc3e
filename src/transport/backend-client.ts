import { Agent } from 'undici';
import { Slices } from '../clock/slices.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { Backend, BackendAnswer, BackendRequest } from '../ports/backend.ts';
import type { IncomingAnswer } from '../ports/transport.ts';
import { exchange } from './exchange.ts';

export interface BackendClientOptions {
  /** PEM of the CAs of https:// backends; those that Node knows when undefined. */
  readonly ca?: readonly (string | Buffer)[];
  /** To one host and port. */
  readonly maxConnections?: number;
}

export interface BackendClient extends Backend {
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 128;

/**
 * Posts requests to applications of our own over HTTP/1.1, on connections that are kept; plain http:// too, for they are inside.
 * Nothing is followed, decompressed or repeated.
 */
export function createBackendClient({ ca, maxConnections }: BackendClientOptions = {}): BackendClient {
  const slices = new Slices();
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    connections: maxConnections ?? MAX_CONNECTIONS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: -1,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca: [...ca] }) },
  });
  return {
    async call(request) {
      const { contentLength, body, timeoutMs, maxBytes, signal } = request;
      const url = requireUrl(request.url);
      try {
        const dispatch = {
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'POST' as const,
          headers: { ...headersOf(request), 'content-length': String(contentLength) },
          body,
        };
        return answerOf(await exchange(agent, dispatch, { timeoutMs, maxBytes, takesParts: true, slices, signal }));
      } catch (error) {
        throw backendFailure(error, request);
      } finally {
        if (!(body instanceof Uint8Array)) body.destroy();
      }
    },
    close: () => agent.destroy(),
  };
}

function answerOf({ status, contentType, body, parts }: IncomingAnswer): BackendAnswer {
  return { status, contentType, body: parts ?? body };
}

/** What an application may want to know of who asks; it need not read an envelope for it. */
function headersOf({
  service,
  operation,
  action,
  messageId,
  partner,
  contentType,
}: BackendRequest): Record<string, string> {
  const isSoap = /^(?:text\/xml|multipart\/related)\b/.test(contentType);
  return {
    'content-type': contentType,
    ...(isSoap ? { soapaction: `"${headerValue(action)}"` } : {}),
    'postiljon-service': headerValue(service),
    'postiljon-operation': headerValue(operation),
    'postiljon-message-id': headerValue(messageId),
    'postiljon-partner': headerValue(partner),
  };
}

/** A partner chooses some of these: what a header cannot carry is percent-encoded. */
function headerValue(text: string): string {
  return text.toWellFormed().replace(/[^!#-~]/gu, encodeURIComponent);
}

function requireUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new GatewayError('BACKEND_UNREACHABLE', { detail: `${text} is no http(s):// URL` });
}

/** The answer came, but cannot be used; by the names of undici's errors. */
const ANSWER_FAILURES: ReadonlySet<string> = new Set([
  'ResponseExceededMaxSizeError',
  'HeadersOverflowError',
  'HTTPParserError',
]);

/** A failure of our own, such as an attachment that cannot be read, stays what it is. */
function backendFailure(error: unknown, { url }: BackendRequest): GatewayError {
  if (error instanceof GatewayError && error.code !== 'PEER_ANSWER') return error;
  const name = error instanceof Error ? error.name : '';
  const detail = `${url}: ${error instanceof Error ? error.message : String(error)}`;
  return new GatewayError(codeOf(error, name), { detail, cause: error });
}

function codeOf(error: unknown, name: string): ErrorCode {
  if (error instanceof GatewayError || ANSWER_FAILURES.has(name)) return 'BACKEND_ANSWER';
  return name === 'TimeoutError' ? 'BACKEND_TIMEOUT' : 'BACKEND_UNREACHABLE';
}
