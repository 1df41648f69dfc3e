import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, ownerFor, toGatewayError } from '../../../src/index.ts';
import type { Gateway, MessageOwner, Scope, UseCases } from '../../../src/index.ts';
import type { RestOptions } from '../options.ts';
import type { Access, Identity } from './access.ts';
import { OPEN, scopeOf } from './needs.ts';

/** Who asks, and what the gateway is to it. */
export interface Caller {
  /** Name of the application. */
  readonly name: string;
  readonly useCases: UseCases;
  /** undefined: everything is its own. */
  readonly owner: MessageOwner | undefined;
  /** When it is known no longer; ms since 1970. */
  readonly until: number | undefined;
  /** The same caller with another scope. Throws NOT_ALLOWED. */
  with(scope: Scope): Caller;
  /** Whether it has another scope. */
  has(scope: Scope): boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** The name that counts where the API has no access control. */
const NOBODY_IN_PARTICULAR = 'default';

/**
 * Each request has a caller from here on. Must be called before the routes are made: one that does not say what it needs
 * of its caller is a programming mistake, and refused.
 */
export function addAuthentication(app: FastifyInstance, gateway: Gateway, { access }: RestOptions): void {
  const anybody: Caller = {
    name: NOBODY_IN_PARTICULAR,
    useCases: gateway,
    owner: undefined,
    until: undefined,
    with: () => anybody,
    has: () => true,
  };
  const callers = new Callers(gateway);
  app.decorateRequest('caller');
  app.addHook('onRoute', ({ schema, method, url }) => {
    if (schema?.hide !== true && schema?.security === undefined)
      throw new Error(`${[method].flat().join()} ${url} does not say what it needs of its caller`);
  });
  app.addHook('onRequest', async (request, reply) => {
    request.caller = anybody;
    const { schema } = request.routeOptions;
    if (access === undefined || schema === undefined || schema.hide === true || schema.security === OPEN) return;
    refuseKeyInUrl(request.url);
    const identity = await identify(access, request, reply);
    request.caller = callers.of(identity, scopeOf(schema.security));
  });
}

/**
 * For a route that is open: whether who asks may see what this scope shows, of the whole gateway. Who cannot be known is a
 * stranger, and not refused; failures count as everywhere.
 */
export function mayAlsoSee({ access }: RestOptions, scope: Scope): (request: FastifyRequest) => Promise<boolean> {
  return async ({ raw }) => {
    if (access === undefined) return true;
    const { authorization } = raw.headers;
    const certificate = certificateOf(raw.socket);
    if (authorization === undefined && certificate === undefined) return false;
    try {
      const { application } = await access.identify({ authorization, certificate, remote: raw.socket.remoteAddress });
      return ownerFor(application, scope) === 'everybody';
    } catch (thrown) {
      if (thrown instanceof GatewayError) return false;
      throw thrown;
    }
  };
}

async function identify(access: Access, request: FastifyRequest, reply: FastifyReply): Promise<Identity> {
  const { authorization } = request.headers;
  if ((request.raw.headersDistinct['authorization']?.length ?? 0) > 1)
    throw new GatewayError('REQUEST_INVALID', { location: 'Authorization', detail: 'the header comes twice' });
  try {
    return await access.identify({
      authorization,
      certificate: certificateOf(request.raw.socket),
      remote: request.raw.socket.remoteAddress,
    });
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (error.code === 'UNAUTHENTICATED') {
      const reason = authorization === undefined ? '' : ', error="invalid_token"';
      void reply.header('WWW-Authenticate', `Bearer realm="postiljon"${reason}`);
    }
    if (error.code === 'TOO_MANY_FAILURES') void reply.header('Retry-After', '60');
    throw error;
  }
}

/** Only one that chains to a CA of `api.tls.clientCa`. */
function certificateOf(socket: Socket): Uint8Array | undefined {
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined;
}

const SECRET_PARAMETER = /[?&](?:access_token|api[_-]?key|apikey|token|key|authorization)=|pk_/i;

/** Whatever stands in a URL is in logs of proxies by now. Throws REQUEST_INVALID. */
function refuseKeyInUrl(url: string): void {
  const at = url.indexOf('?');
  if (at === -1 || !SECRET_PARAMETER.test(url.slice(at))) return;
  throw new GatewayError('REQUEST_INVALID', {
    location: 'Authorization',
    detail: 'a key in the URL is not read: send it in the header, and replace it, since logs may hold it by now',
  });
}

/** A URL as logs may hold it. */
export function loggedUrl(url: string): string {
  const at = url.indexOf('?');
  return at !== -1 && SECRET_PARAMETER.test(url.slice(at)) ? `${url.slice(0, at)}?…` : url;
}

/** What the gateway is to an application is made once for each scope. */
class Callers {
  readonly #gateway: Gateway;
  readonly #known = new WeakMap<object, Map<Scope, Caller>>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Throws NOT_ALLOWED. */
  of({ application, until }: Identity, scope: Scope | undefined): Caller {
    if (scope === undefined) throw new Error('a route that is not open needs a scope');
    const scopes = this.#known.get(application) ?? new Map<Scope, Caller>();
    this.#known.set(application, scopes);
    const caller = scopes.get(scope) ?? this.#make(application, scope);
    scopes.set(scope, caller);
    return until === undefined ? caller : { ...caller, until };
  }

  #make(application: Identity['application'], scope: Scope): Caller {
    const { name, roles } = application;
    const owned = ownerFor(application, scope);
    if (owned === 'nobody') {
      const detail = `application ${name} has the roles ${roles.join(', ')}, of which none has ${scope}`;
      throw new GatewayError('NOT_ALLOWED', { detail });
    }
    const owner = owned === 'everybody' ? undefined : owned;
    const useCases = this.#gateway.usedBy({ name, owner });
    return {
      name,
      owner,
      useCases,
      until: undefined,
      with: (other) => this.of({ application }, other),
      has: (other) => ownerFor(application, other) !== 'nobody',
    };
  }
}
