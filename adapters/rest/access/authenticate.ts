import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, ownerFor, toGatewayError } from '../../../src/index.ts';
import type { Clock, Gateway, Scope } from '../../../src/index.ts';
import type { RestOptions } from '../options.ts';
import { refuseKeyInUrl } from '../requests/key-in-url.ts';
import type { Access, Identity, Shown } from './access.ts';
import { anyCaller, Callers } from './caller.ts';
import { OPEN, scopeOf } from './needs.ts';

/**
 * Each request has a caller from here on. Must be called before the routes are made: one that does not say what it needs
 * of its caller is a programming mistake, and refused.
 */
export function addAuthentication(app: FastifyInstance, gateway: Gateway, { access, clock }: RestOptions): void {
  const anybody = anyCaller(gateway);
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
    const caller = callers.of(identity.application, scopeOf(schema.security));
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
