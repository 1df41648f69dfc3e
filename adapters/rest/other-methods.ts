import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../src/index.ts';
import { sendProblem } from './problem.ts';

/**
 * Notes every route that is made from now on; the answer, called when all are there, adds to each path the methods that
 * it does not serve: 405 with Allow instead of 404.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const served = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = served.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    served.set(url, methods);
  });
  return () => {
    for (const [url, methods] of Array.from(served)) {
      const allow = [...methods].sort().join(', ');
      app.route({
        method: app.supportedMethods.filter((method) => !methods.has(method)),
        url,
        schema: { hide: true },
        // Before the body is read: it is not wanted.
        onRequest: (request, reply, _done) => {
          const error = new GatewayError('METHOD_NOT_ALLOWED', {
            detail: `${request.method} is not served here: use ${allow}`,
          });
          void sendProblem(request, reply.header('Allow', allow), { error });
        },
        handler: () => undefined,
      });
    }
  };
}

/** Methods of other services (WebDAV and the like) have no routes: 405 with all that are served anywhere. */
export function unknownMethod(
  app: FastifyInstance,
  { method }: FastifyRequest,
  reply: FastifyReply,
): GatewayError | undefined {
  if (app.supportedMethods.includes(method)) return undefined;
  const allow = 'DELETE, GET, HEAD, POST';
  void reply.header('Allow', allow);
  return new GatewayError('METHOD_NOT_ALLOWED', { detail: `${method} is served nowhere: use ${allow}` });
}
