import type { FastifyInstance } from 'fastify';
import { toDateTime } from '../../../src/index.ts';
import type { PingRequest } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { closed } from '../schemas/fields.ts';
import { MESSAGE_ID_PARAMS, SENDER_QUERY } from '../schemas/message.ts';
import { PARTNER_STATUS, PING_JSON, PINGED } from '../schemas/partner.ts';
import { answer, problems } from '../schemas/problem.ts';

const WAITS = 'Waits for the answer, half a minute at most; 502 and 504 say how the partner failed to give one.';

/** Questions to a partner that change nothing here or there. */
export function partnerRoutes(app: FastifyInstance): void {
  app.post<{ Body: PingRequest }>(
    '/partners/ping',
    {
      schema: {
        operationId: 'pingPartner',
        security: needs('partners:ping'),
        summary: 'Ask a partner whether it is there',
        description: `Sends an ebMS Ping under a contract. ${WAITS}`,
        tags: ['partners'],
        querystring: closed({}),
        body: { content: { 'application/json': { schema: PING_JSON } } },
        response: { 200: answer('It answered.', PINGED), ...problems(404, 409, 413, 415, 422, 502, 504) },
      },
    },
    ({ body, caller }) => caller.useCases.partners.ping(body),
  );
  app.post<{ Params: { id: string }; Querystring: { from?: string } }>(
    '/messages/:id/partner-status',
    {
      schema: {
        operationId: 'askPartnerStatus',
        security: needs('messages:operate'),
        summary: 'Ask the partner what it knows of a sent message',
        description: `Sends an ebMS StatusRequest; the state here stays what it is. ${WAITS}`,
        tags: ['partners'],
        params: MESSAGE_ID_PARAMS,
        querystring: closed(SENDER_QUERY),
        response: { 200: answer('What it said.', PARTNER_STATUS), ...problems(404, 409, 422, 502, 504) },
      },
    },
    async ({ params, query, caller }) => {
      const { receivedAt, ...status } = await caller.useCases.messages.status(params.id, query.from);
      return { ...status, receivedAt: receivedAt === undefined ? null : toDateTime(receivedAt) };
    },
  );
}
