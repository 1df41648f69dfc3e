import type { FastifyInstance } from 'fastify';
import type { Direction, Gateway } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { requireWhole } from '../access/require-whole.ts';
import { closed } from '../schemas/fields.ts';
import { answer, problems } from '../schemas/problem.ts';
import { EXPLAIN_JSON, EXPLAINED } from '../schemas/route.ts';

interface Explain {
  readonly cpaId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly role?: string;
  readonly service?: string;
  readonly action?: string;
  readonly direction?: Direction;
}

/** Where messages go, and what becomes of them on the way. */
export function routingRoutes(app: FastifyInstance, { handovers }: Gateway): void {
  app.post<{ Body: Explain }>(
    '/routes/explain',
    {
      schema: {
        operationId: 'explainRoute',
        security: needs('routes:read'),
        summary: 'Say where a message would go, and why',
        description:
          'By the rules of `routes` that this gateway runs with. What is not given matches no rule that asks for it. ' +
          'Changes nothing; a message that was accepted keeps the destination it has.',
        tags: ['routes'],
        querystring: closed({}),
        body: { content: { 'application/json': { schema: EXPLAIN_JSON } } },
        response: { 200: answer('Where, and why.', EXPLAINED), ...problems(413, 415) },
      },
    },
    ({ body: { cpaId, from, to, role, service, action, direction }, caller }) => {
      requireWhole(caller, 'routes');
      const message = { cpaId, fromPartyId: from, toPartyId: to, toRole: role, service, action, direction };
      const { steps, rule, json, ...explained } = handovers.explain(message);
      return Promise.resolve({
        ...explained,
        json: json === undefined ? null : { schema: json.schema, element: json.element ?? null },
        rule: rule ?? null,
        steps: steps.map(({ mismatch, ...step }) => ({
          ...step,
          mismatch: mismatch === undefined ? null : { ...mismatch, found: mismatch.found ?? null },
        })),
      });
    },
  );
}
