import type { FastifyInstance } from 'fastify';

/**
 * Makes closing prompt: once no request runs any more, every connection is cut, idle ones and those whose client has
 * stopped reading alike. Answers the function to call right after closing has begun.
 */
export function addDrain(app: FastifyInstance): () => void {
  let running = 0;
  let closing = false;
  const cutWhenDrained = (): void => {
    if (closing && running === 0) app.server.closeAllConnections();
  };
  app.addHook('onRequest', (_request, reply, done) => {
    running += 1;
    reply.raw.once('close', () => {
      running -= 1;
      cutWhenDrained();
    });
    done();
  });
  return () => {
    closing = true;
    cutWhenDrained();
  };
}
