import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, ownerFor, toGatewayError } from '../../../src/index.ts';
import type { Clock, Gateway, MessageOwner, Scope, UseCases } from '../../../src/index.ts';
import type { RestOptions } from '../options.ts';
import type { Access, Identity, Shown } from './access.ts';
import { OPEN, scopeOf } from './needs.ts';

/** Who asks, and what the gateway is to it. */
export interface Caller {
  /** Name of the application. */
  readonly name: string;
  readonly useCases: UseCases;
  /** undefined: everything is its own. */
  readonly owner: MessageOwner | undefined;
  /** Looks again. Throws UNAUTHENTICATED, TOO_MANY_FAILURES once what the request showed has ended, or was withdrawn. */
  readonly stillKnown: () => Promise<void>;
  /** The same caller with another scope. Throws NOT_ALLOWED. */
  with(scope: Scope): Omit<Caller, 'stillKnown'>;
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
export function addAuthentication(app: FastifyInstance, gateway: Gateway, { access, clock }: RestOptions): void {
  const anybody: Caller = {
    name: NOBODY_IN_PARTICULAR,
    useCases: gateway,
    owner: undefined,
    stillKnown: () => Promise.resolve(),
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
    const shown = shownBy(request);
    const identity = await identify(access, shown, reply);
    const caller = callers.of(identity, scopeOf(schema.security));
    request.caller = { ...caller, stillKnown: () => identifyAgain(access, shown, identity, clock) };
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

/** Throws REQUEST_INVALID. */
function shownBy({ raw: { headers, headersDistinct, socket } }: FastifyRequest): Shown {
  if ((headersDistinct['authorization']?.length ?? 0) > 1)
    throw new GatewayError('REQUEST_INVALID', { location: 'Authorization', detail: 'the header comes twice' });
  const { authorization } = headers;
  return { authorization, certificate: certificateOf(socket), remote: socket.remoteAddress };
}

async function identify(access: Access, shown: Shown, reply: FastifyReply): Promise<Identity> {
  try {
    return await access.identify(shown);
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (error.code === 'UNAUTHENTICATED') {
      const reason = shown.authorization === undefined ? '' : ', error="invalid_token"';
      void reply.header('WWW-Authenticate', `Bearer realm="postiljon"${reason}`);
    }
    throw error;
  }
}

/** A provider that is away for a while ends nothing before the token itself does. */
async function identifyAgain(access: Access, shown: Shown, { until }: Identity, clock: Clock): Promise<void> {
  try {
    await access.identify(shown);
  } catch (thrown) {
    const isAway = thrown instanceof GatewayError && thrown.code === 'IDENTITY_PROVIDER_UNREACHABLE';
    if (!isAway) throw thrown;
    if (until !== undefined && clock.now() >= until)
      throw new GatewayError('UNAUTHENTICATED', { location: 'Authorization', detail: 'the token has ended' });
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

/** All of a caller that is the same for each of its requests. */
type Known = Omit<Caller, 'stillKnown'>;

/** What the gateway is to an application is made once for each scope. */
class Callers {
  readonly #gateway: Gateway;
  readonly #known = new WeakMap<object, Map<Scope, Known>>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Throws NOT_ALLOWED. */
  of({ application }: Pick<Identity, 'application'>, scope: Scope | undefined): Known {
    if (scope === undefined) throw new Error('a route that is not open needs a scope');
    const scopes = this.#known.get(application) ?? new Map<Scope, Known>();
    this.#known.set(application, scopes);
    const caller = scopes.get(scope) ?? this.#make(application, scope);
    scopes.set(scope, caller);
    return caller;
  }

  #make(application: Identity['application'], scope: Scope): Known {
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
      with: (other) => this.of({ application }, other),
      has: (other) => ownerFor(application, other) !== 'nobody',
    };
  }
}
