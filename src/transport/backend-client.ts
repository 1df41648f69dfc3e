import { Slices } from '../clock/slices.ts';
import { GatewayError } from '../errors.ts';
import type { Backend, BackendRequest } from '../ports/backend.ts';
import { askBackend, type Question } from './ask-backend.ts';
import { Agent } from './undici-parts.ts';

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
    call: async (request) => await askBackend(agent, questionOf(request), slices),
    close: () => agent.destroy(),
  };
}

/** Throws BACKEND_UNREACHABLE. */
function questionOf(request: BackendRequest): Question {
  const { destination, contentLength, body, timeoutMs, maxBytes, signal } = request;
  const headers = { ...headersOf(request), 'content-length': String(contentLength) };
  return { url: requireUrl(destination), headers, body, timeoutMs, maxBytes, signal };
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
