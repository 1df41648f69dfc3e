import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Gateway, Health, WusUseCases } from '../../../src/index.ts';
import { OPEN } from '../access/needs.ts';
import { closed, open, text } from '../schemas/fields.ts';
import { HEALTH } from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

/**
 * At the root: what a supervisor asks is no part of the versioned API, and needs no key. What was looked at names certificates,
 * contracts and disks: that is for who `seesDetails`.
 */
export function healthRoutes(
  app: FastifyInstance,
  gateway: Gateway,
  wus: WusUseCases | undefined,
  seesDetails: (request: FastifyRequest) => Promise<boolean>,
): void {
  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'live',
        security: OPEN,
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
        security: OPEN,
        summary: 'Whether the gateway could sign, store and send right now',
        description:
          'To a caller with the scope `metrics:read` (to everybody where the API has no applications) each check says what was ' +
          'looked at; a stranger sees the status alone.',
        tags: ['health'],
        querystring: closed({}),
        response: { ...problems(), 200: answer('It could.', HEALTH), 503: answer('It could not.', HEALTH) },
      },
    },
    async (request, reply) => {
      const { ok, checks } = await gateway.health();
      const shown = (await seesDetails(request)) ? { checks: [...checks, ...servicesOf(wus)] } : {};
      return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', ...shown });
    },
  );
}

/** Services that are served; nothing of them can be wrong that the other checks do not see. */
function servicesOf(wus: WusUseCases | undefined): Health['checks'] {
  if (wus === undefined || wus.services.length === 0) return [];
  const detail = wus.services.map(({ name, role, profile }) => `${name} (${role}, ${profile.name})`).join(', ');
  return [{ name: 'wus', ok: true, detail }];
}
