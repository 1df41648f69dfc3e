import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import { Slices } from '../clock/slices.ts';
import { GatewayError } from '../errors.ts';
import { EnvelopeMemory, type MemoryAccount } from '../mime/envelope-memory.ts';
import type { IncomingBody } from '../mime/pump-body.ts';
import type { OutgoingAnswer, Receive } from '../ports/transport.ts';
import { type Exchange, sendAnswer } from './answer.ts';
import { clientCertificateOf } from './client-certificate.ts';
import { cannotListen } from './cannot-listen.ts';
import { Connections } from './connections.ts';
import { type Crowd, crowdReport } from './crowd-report.ts';
import { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './endpoint-limits.ts';
import { isLoopback } from './loopback.ts';
import { Progress } from './progress.ts';
import { RequestBody } from './request-body.ts';
import { findServed, isChunked, refuseHead } from './request-head.ts';
import { identityOptions, TLS_PROFILE, type TlsIdentity } from './tls-profile.ts';

export { clientCertificateOf } from './client-certificate.ts';
export { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './endpoint-limits.ts';

/** Not imported: an import would bring Node's WebSocket along, and all of fetch with it. */
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');

export interface EndpointTls extends TlsIdentity {
  /** PEM of the CAs that client certificates must chain to; never empty. */
  readonly clientCa: string | Buffer | readonly (string | Buffer)[];
}

/** Who answers the requests to a path. */
export interface Route {
  /** Exactly this one; or, where it ends in `/`, every longer one that begins so. A query string makes it another one. */
  readonly path: string;
  readonly receive: Receive;
  /** Less than the endpoint takes elsewhere, or more. */
  readonly maxBodyBytes?: number;
}

export interface EndpointOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly routes: readonly Route[];
  /** `off`: plain HTTP, on a loopback host or with `allowPlain` only. */
  readonly tls: EndpointTls | 'off';
  readonly allowPlain?: boolean;
  readonly limits?: Partial<EndpointLimits>;
  /** Of the minimum rate; the system's when absent. */
  readonly clock?: Clock;
  /** Told what no request or answer tells: a handshake that failed (TLS_CLIENT_CERTIFICATE), an error out of `receive`. */
  readonly report?: (error: unknown, remote: string | undefined) => void;
  /** Told once a minute at most that connections were cut or refused: there were too many, or they were too slow. */
  readonly crowded?: (crowd: Crowd) => void;
}

export interface Endpoint {
  /** Throws PORT_TAKEN, or CONFIG_INVALID when the address cannot be listened on for another reason. */
  listen(): Promise<{ readonly port: number }>;
  /** Stops accepting, lets running requests end, cuts what is still open after `closeGraceMs`. */
  close(): Promise<void>;
}

interface Context {
  readonly options: EndpointOptions;
  readonly limits: EndpointLimits;
  readonly routes: readonly Required<Route>[];
  readonly connections: Connections;
  readonly progress: Progress;
  readonly memory: EnvelopeMemory;
  readonly slices: Slices;
  closing: boolean;
}

const INTERNAL_ANSWER: OutgoingAnswer = { status: 500, headers: {}, body: undefined };
const MAX_HEADER_FIELDS = 100;
const LONGEST_CHECK_MS = 5_000;
/** A session that is older is not resumed: who connects shows its certificate again. @spec Digikoppeling WT008 */
const SESSION_SECONDS = 300;

/**
 * The endpoint for partners: HTTP/1.1 over mutual TLS. What its headers refuse is refused without reading the body.
 * Throws CONFIG_INVALID for plain HTTP where it is not allowed, and for keys that cannot be used.
 * @spec ebMS2 §B.2, Digikoppeling TLS001, TLS002
 */
export function createEndpoint(options: EndpointOptions): Endpoint {
  requirePermittedPlain(options);
  const limits = { ...DEFAULT_ENDPOINT_LIMITS, ...options.limits };
  const crowded = crowdReport(limits, options);
  const { clock = systemClock } = options;
  const progress = new Progress({
    ...limits,
    clock,
    cut: (address) => crowded(address, 'cut-slow'),
  });
  const connections = new Connections({
    maxPerAddress: limits.maxConnectionsPerAddress,
    clock,
    cutSlowest: (sockets) => progress.cutSlowest(sockets),
    crowded,
  });
  const routes = options.routes.map((route) => ({ maxBodyBytes: limits.maxBodyBytes, ...route }));
  const memory = new EnvelopeMemory(limits.maxHeldBytes);
  const slices = new Slices();
  const context: Context = { options, limits, routes, connections, progress, memory, slices, closing: false };
  const server = createServer(context, (request, response) => serve(context, { request, response }));
  // Whoever asks leave first is judged by the headers first; a listener is what keeps Node from saying 100 by itself.
  server.on('checkContinue', (request, response) => serve(context, { request, response }));
  server.maxHeadersCount = MAX_HEADER_FIELDS;
  server.maxConnections = limits.maxConnections;
  server.on('connection', (socket: Socket) => connections.admit(socket));
  server.on('secureConnection', (socket: Socket) => connections.secured(socket));
  server.on('drop', (data?: { readonly remoteAddress?: string }) => crowded(data?.remoteAddress ?? '', 'full'));
  server.on('tlsClientError', (cause: Error, socket: Socket) => {
    options.report?.(
      new GatewayError('TLS_CLIENT_CERTIFICATE', { detail: cause.message, cause }),
      socket.remoteAddress,
    );
  });
  return { listen: () => listen(server, options), close: () => close(server, context) };
}

/** Whether what was reported is a connection that ended before its handshake did: a look whether somebody listens, or a line that broke. */
export function isHangUp(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.code !== 'TLS_CLIENT_CERTIFICATE') return false;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET';
}

function requirePermittedPlain({ tls, host, allowPlain }: EndpointOptions): void {
  if (tls !== 'off') {
    if (tls.clientCa.length === 0) throw configInvalid('ebms.tls.clientCa', 'no CA for client certificates');
  } else if (allowPlain !== true && !isLoopback(host)) {
    throw configInvalid('ebms.tls', `plain HTTP on ${host}, which is not loopback`);
  }
}

function createServer({ options, limits }: Context, listener: RequestListener): Server {
  const http: ServerOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(LONGEST_CHECK_MS, Math.ceil(limits.headersTimeoutMs / 4)),
    maxHeaderSize: limits.maxHeaderBytes,
    keepAlive: true,
  };
  if (options.tls === 'off') return createHttpServer(http, listener);
  const ca =
    typeof options.tls.clientCa === 'string' || Buffer.isBuffer(options.tls.clientCa)
      ? options.tls.clientCa
      : [...options.tls.clientCa];
  const handshakeTimeout = limits.headersTimeoutMs;
  const tls = { requestCert: true, rejectUnauthorized: true, handshakeTimeout, sessionTimeout: SESSION_SECONDS, ca };
  try {
    return createHttpsServer({ ...http, ...TLS_PROFILE, ...identityOptions(options.tls), ...tls }, listener);
  } catch (cause) {
    throw configInvalid('ebms.tls', cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function serve(context: Context, exchange: Exchange): void {
  const { request, response } = exchange;
  const { connections, progress } = context;
  const { socket } = request;
  connections.begin(socket);
  progress.begin(exchange);
  response.once('close', () => {
    connections.end(socket);
    progress.end(exchange);
  });
  const { path, served } = findServed(request.url, context.routes);
  const refusal = refuseHead(request, served);
  if (served === undefined || refusal !== undefined) {
    finish(context, exchange, refusal ?? INTERNAL_ANSWER);
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  const { receive, maxBodyBytes } = served;
  context.slices.run(() => {
    // The length that the headers announce is kept to by the parser, and was judged with them.
    const counted = isChunked(request.headers) ? new RequestBody(request, maxBodyBytes) : undefined;
    const body = counted ?? request;
    const memory = context.memory.open(request.socket.remoteAddress ?? '');
    void hand({ path, receive }, context.options, { request, body, memory }).then((answer) => {
      memory.close();
      counted?.destroy();
      finish(context, exchange, answer);
    });
  });
}

async function hand(
  { path, receive }: Pick<Route, 'path' | 'receive'>,
  options: EndpointOptions,
  {
    request,
    body,
    memory,
  }: Pick<Exchange, 'request'> & { readonly body: IncomingBody; readonly memory: MemoryAccount },
): Promise<OutgoingAnswer> {
  const remote = request.socket.remoteAddress ?? '';
  try {
    return await receive({
      method: request.method ?? '',
      path,
      headers: request.headers,
      remote,
      clientCertificate: clientCertificateOf(request.socket),
      body,
      memory,
    });
  } catch (error) {
    options.report?.(error, remote);
    return INTERNAL_ANSWER;
  }
}

function finish(context: Context, exchange: Exchange, answer: OutgoingAnswer): void {
  sendAnswer(exchange, answer, context.closing || answer.close === true);
}

function listen(server: Server, { host, port, report }: EndpointOptions): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => reject(cannotListen('ebms', { host, port }, cause));
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError).on('error', (error) => report?.(error, undefined));
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}

function close(server: Server, context: Context): Promise<void> {
  context.closing = true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => context.connections.destroyAll(), context.limits.closeGraceMs);
    server.close(() => {
      clearTimeout(timer);
      context.progress.stop();
      resolve();
    });
    context.connections.destroyIdle();
  });
}

function configInvalid(location: string, detail: string, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', { location, detail, cause });
}
