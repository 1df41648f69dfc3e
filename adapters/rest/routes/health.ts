import type { FastifyInstance } from 'fastify';
import type { Gateway } from '../../../src/index.ts';
import { closed, open, text } from '../schemas/fields.ts';
import { HEALTH } from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

/** At the root: what a supervisor asks is no part of the versioned API. */
export function healthRoutes(app: FastifyInstance, gateway: Gateway): void {
  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'live',
        summary: 'Whether the process answers',
        description: 'Restart it when this fails.',
        tags: ['health'],
        querystring: closed({}),
        response: { 200: answer('It does.', open({ status: text('ok') })) },
      },
    },
    () => ({ status: 'ok' }),
  );
  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'ready',
        summary: 'Whether the gateway could sign, store and send right now',
        description: 'Each check says what was looked at.',
        tags: ['health'],
        querystring: closed({}),
        response: { ...problems(), 200: answer('It could.', HEALTH), 503: answer('It could not.', HEALTH) },
      },
    },
    async (_request, reply) => {
      const { ok, checks } = await gateway.health();
      return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', checks });
    },
  );
}
