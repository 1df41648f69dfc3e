import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, newId } from '../../src/index.ts';
import { errorHandler } from './error-handler.ts';
import { OPENAPI_PATH } from './openapi.ts';
import { unknownMethod } from './other-methods.ts';
import type { RestOptions } from './options.ts';
import { PROBLEM_TYPE, problemOf, sendProblem } from './problem.ts';
import { mostValues } from './requests/count-values.ts';
import { guardBrowser } from './requests/guard-browser.ts';
import { guardPath } from './requests/guard-path.ts';
import { loggedUrl } from './requests/key-in-url.ts';
import { readJson } from './requests/read-json.ts';
import { readQueryValues } from './requests/query-values.ts';
import { addResponseHeaders, SECURITY_HEADERS, setResponseHeaders } from './response-headers.ts';

/** Not imported: an import would bring Node's WebSocket along, and all of fetch with it. */
const { STATUS_CODES } = process.getBuiltinModule('node:http');

const PARAM_MAX = 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/** An upload may take long, but not for ever. */
const REQUEST_TIMEOUT_MS = 3_600_000;
const LONGEST_CHECK_MS = 5_000;
/** A connection on which nothing moves any more, not even the heartbeat of a stream, has no one at its end. */
const SILENT_MS = 600_000;
const MOST_CONNECTIONS = 2000;

/** The HTTP server with everything that holds for all routes: limits, guards, headers and problem documents. */
export function createServer(options: RestOptions): FastifyInstance {
  const handleError = errorHandler(options.log);
  const timeouts = timeoutsOf(options);
  const app = fastify({
    logger: false,
    genReqId: () => newId(),
    bodyLimit: options.limits.json,
    requestTimeout: timeouts.requestTimeout,
    connectionTimeout: SILENT_MS,
    http: timeouts,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PARAM_MAX },
    // Answers are made by our own code and need no compiled writer; without it start is faster and smaller.
    schemaController: { compilersFactory: { buildSerializer: () => () => (data) => JSON.stringify(data) } },
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false } },
    frameworkErrors: (error, request, reply) => {
      void handleError(error, request, setResponseHeaders(request, reply));
    },
    ...(options.tls === undefined
      ? {}
      : { serverFactory: tlsServer({ ...options.tls, ...timeouts, handshakeTimeout: timeouts.headersTimeout }) }),
    clientErrorHandler: (error, socket) => answerMalformed(socket, error.code),
  });
  app.server.maxConnections = options.limits.connections ?? MOST_CONNECTIONS;
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) => {
    const error = unknownMethod(app, request, reply) ?? nothingHere(request.url);
    return sendProblem(request, reply, { error });
  });
  // Whatever is expected beside 100-continue is passed over. @spec RFC 9110 §10.1.1
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  readJson(app, mostValues(options.limits));
  addResponseHeaders(app);
  addGuards(app, options);
  addAccessLog(app, options);
  return app;
}

interface Timeouts {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
}

/** Who sends slowly is cut off soon after its time. */
function timeoutsOf({ limits }: RestOptions): Timeouts {
  const { headersMs = HEADERS_TIMEOUT_MS, requestMs = REQUEST_TIMEOUT_MS } = limits;
  const connectionsCheckingInterval = Math.min(LONGEST_CHECK_MS, Math.ceil(headersMs / 4));
  return { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval };
}

/** The framework gives its type of server to what it makes itself only. */
function tlsServer(tls: ServerOptions): (handler: RequestListener) => Server {
  return (handler) => {
    const server = createHttpsServer(tls, handler);
    server.setTimeout(SILENT_MS);
    return server;
  };
}

/** `http://host:port` as a caller on this machine would write it. */
export function urlOf(app: FastifyInstance, { host, tls }: RestOptions): string {
  const address: AddressInfo | string | null = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the API does not listen');
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function addGuards(app: FastifyInstance, options: RestOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?', 1)[0] ?? '';
    requireOne(request.raw.headersDistinct['host'], 'Host');
    if (path !== OPENAPI_PATH) guardBrowser(request.headers, options.names);
    guardPath(path);
    // A trailing slash names another resource, which is not there. @spec ADR /core/no-trailing-slash
    if (path.length > 1 && path.endsWith('/')) void sendProblem(request, reply, { error: nothingHere(request.url) });
    else done();
  });
  app.addHook('preParsing', (request, reply, _body, done) => {
    requireAsItIs(request, reply);
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    readQueryValues(request);
    done();
  });
}

/** Of two, one program believes the first and another one the last. @spec RFC 9112 §3.2 */
function requireOne(values: readonly string[] | undefined, name: string): void {
  if (values !== undefined && values.length > 1)
    throw new GatewayError('REQUEST_INVALID', { location: name, detail: 'the header comes twice' });
}

/** Nothing that comes in is unpacked. @spec RFC 9110 §15.5.16 */
function requireAsItIs({ headers }: FastifyRequest, reply: FastifyReply): void {
  const encoding = headers['content-encoding'] ?? '';
  if (encoding.split(',').every((one) => ['', 'identity'].includes(one.trim().toLowerCase()))) return;
  void reply.header('Accept-Encoding', 'identity');
  const detail = `${encoding.slice(0, ENCODING_MAX)} is not read here: send the body as it is`;
  throw new GatewayError('MEDIA_TYPE_UNSUPPORTED', { location: 'Content-Encoding', detail });
}

const ENCODING_MAX = 100;

function addAccessLog(app: FastifyInstance, { log }: RestOptions): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method, caller } = request;
    const url = loggedUrl(request.url);
    log.debug(
      { requestId, application: caller.name, method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
    done();
  });
}

function nothingHere(url: string): GatewayError {
  const path = url.split('?', 1)[0] ?? '';
  return new GatewayError('NOT_FOUND', { detail: `there is nothing at ${path}; ${OPENAPI_PATH} says what there is` });
}

const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'the headers are longer than 16 KiB together',
};

/** What is no HTTP has no request: the answer is written by hand. */
function answerMalformed(socket: Duplex, code: string): void {
  if (socket.destroyed || !socket.writable) return;
  const detail = MALFORMED[code] ?? 'the request is no HTTP';
  const error =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new GatewayError('REQUEST_TIMEOUT')
      : new GatewayError('REQUEST_INVALID', { detail });
  const body = JSON.stringify(problemOf(error, newId()));
  const { http: status } = error.row;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}
