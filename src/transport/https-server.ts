import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { GatewayError } from '../errors.ts';
import type { OutgoingAnswer, Receive } from '../ports/transport.ts';
import { type Exchange, sendAnswer } from './answer.ts';
import { clientCertificateOf } from './client-certificate.ts';
import { Connections } from './connections.ts';
import { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './endpoint-limits.ts';
import { isLoopback } from './loopback.ts';
import { RequestBody } from './request-body.ts';
import { refuseHead } from './request-head.ts';
import { identityOptions, TLS_PROFILE, type TlsIdentity } from './tls-profile.ts';

export { clientCertificateOf } from './client-certificate.ts';
export { DEFAULT_ENDPOINT_LIMITS, type EndpointLimits } from './endpoint-limits.ts';

export interface EndpointTls extends TlsIdentity {
  /** PEM of the CAs that client certificates must chain to; never empty. */
  readonly clientCa: string | Buffer | readonly (string | Buffer)[];
}

export interface EndpointOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The one path that is served, exactly; a query string makes it another one. */
  readonly path: string;
  /** `off`: plain HTTP, on a loopback host or with `allowPlain` only. */
  readonly tls: EndpointTls | 'off';
  readonly allowPlain?: boolean;
  readonly limits?: Partial<EndpointLimits>;
  /** Told what no request or answer tells: a handshake that failed (TLS_CLIENT_CERTIFICATE), an error out of `receive`. */
  readonly report?: (error: unknown, remote: string | undefined) => void;
}

export interface Endpoint {
  /** Throws CONFIG_INVALID when the address cannot be listened on. */
  listen(): Promise<{ readonly port: number }>;
  /** Stops accepting, lets running requests end, cuts what is still open after `closeGraceMs`. */
  close(): Promise<void>;
}

interface Context {
  readonly options: EndpointOptions;
  readonly limits: EndpointLimits;
  readonly receive: Receive;
  readonly connections: Connections;
  closing: boolean;
}

const INTERNAL_ANSWER: OutgoingAnswer = { status: 500, headers: {}, body: undefined };
const MAX_HEADER_FIELDS = 100;
const LONGEST_CHECK_MS = 5_000;

/**
 * The endpoint for partners: HTTP/1.1 over mutual TLS. What its headers refuse is refused without reading the body.
 * Throws CONFIG_INVALID for plain HTTP where it is not allowed, and for keys that cannot be used.
 * @spec ebMS2 §B.2, Digikoppeling TLS001, TLS002
 */
export function createEndpoint(options: EndpointOptions, receive: Receive): Endpoint {
  requirePermittedPlain(options);
  const limits = { ...DEFAULT_ENDPOINT_LIMITS, ...options.limits };
  const connections = new Connections(limits.maxConnectionsPerAddress);
  const context: Context = { options, limits, receive, connections, closing: false };
  const server = createServer(context, (request, response) => serve(context, { request, response }));
  // Whoever asks leave first is judged by the headers first; a listener is what keeps Node from saying 100 by itself.
  server.on('checkContinue', (request, response) => serve(context, { request, response }));
  server.maxHeadersCount = MAX_HEADER_FIELDS;
  server.maxConnections = limits.maxConnections;
  server.on('error', (error) => options.report?.(error, undefined));
  server.on('connection', (socket: Socket) => connections.admit(socket, options.tls !== 'off'));
  server.on('secureConnection', (socket: Socket) => connections.ready(socket));
  server.on('tlsClientError', (cause: Error, socket: Socket) => {
    options.report?.(
      new GatewayError('TLS_CLIENT_CERTIFICATE', { detail: cause.message, cause }),
      socket.remoteAddress,
    );
  });
  return { listen: () => listen(server, options), close: () => close(server, context) };
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
  const tls = { requestCert: true, rejectUnauthorized: true, handshakeTimeout: limits.headersTimeoutMs, ca };
  try {
    return createHttpsServer({ ...http, ...TLS_PROFILE, ...identityOptions(options.tls), ...tls }, listener);
  } catch (cause) {
    throw configInvalid('ebms.tls', cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function serve(context: Context, exchange: Exchange): void {
  const { request, response } = exchange;
  const { connections } = context;
  const { socket } = request;
  connections.begin(socket);
  response.once('close', () => connections.end(socket));
  const refusal = refuseHead(request, { path: context.options.path, maxBodyBytes: context.limits.maxBodyBytes });
  if (refusal !== undefined) {
    finish(context, exchange, refusal);
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  const body = new RequestBody(request, context.limits.maxBodyBytes);
  void hand(context, exchange, body).then((answer) => {
    body.destroy();
    finish(context, exchange, answer);
  });
}

async function hand({ receive, options }: Context, { request }: Exchange, body: RequestBody): Promise<OutgoingAnswer> {
  const remote = request.socket.remoteAddress ?? '';
  try {
    return await receive({
      method: request.method ?? '',
      path: options.path,
      headers: request.headers,
      remote,
      clientCertificate: clientCertificateOf(request.socket),
      body,
    });
  } catch (error) {
    options.report?.(error, remote);
    return INTERNAL_ANSWER;
  }
}

function finish(context: Context, exchange: Exchange, answer: OutgoingAnswer): void {
  sendAnswer(exchange, answer, context.closing || answer.close === true);
}

function listen(server: Server, { host, port }: EndpointOptions): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => reject(configInvalid('ebms.port', cause.message, cause));
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
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
      resolve();
    });
    context.connections.destroyIdle();
  });
}

function configInvalid(location: string, detail: string, cause?: unknown): GatewayError {
  return new GatewayError('CONFIG_INVALID', { location, detail, cause });
}
