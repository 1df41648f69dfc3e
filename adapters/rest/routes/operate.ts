import type { FastifyInstance } from 'fastify';
import { needs } from '../access/needs.ts';
import { messagePath } from '../representations/message.ts';
import { readIdempotencyKey, resendDigest } from '../requests/submission.ts';
import { closed } from '../schemas/fields.ts';
import {
  CANCELLED,
  HANDED_OVER,
  IDEMPOTENCY_HEADERS,
  MESSAGE_ID_PARAMS,
  SENDER_QUERY,
  SUBMITTED,
} from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

interface OneMessage {
  Params: { id: string };
  Querystring: { from?: string };
}

/** What an operator does with a message. */
export function operateRoutes(app: FastifyInstance): void {
  const head = { tags: ['messages'], params: MESSAGE_ID_PARAMS, querystring: closed(SENDER_QUERY) };
  app.post<OneMessage>(
    '/messages/:id/resend',
    {
      schema: {
        ...head,
        operationId: 'resendMessage',
        security: needs('messages:operate'),
        summary: 'Send a sent message once more, as a new one',
        description:
          'A new message with a MessageId of its own: same contract, parties, roles, service, action, conversation, ' +
          'refToMessageId and payloads. The event message.resent and `resendOf` of the new message name the old one. ' +
          'Whether the partner already has the old one is for you to know: to it this is another message.',
        headers: IDEMPOTENCY_HEADERS,
        response: { 202: answer('Stored and queued.', SUBMITTED), ...problems(404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { useCases, name: application } = request.caller;
      const { id } = request.params;
      const key = readIdempotencyKey(request.headers['idempotency-key']);
      const { fromPartyId: sender } = await useCases.messages.find(id, 'out', request.query.from);
      // The same key for another message, or for a submission, is a conflict.
      const idempotency =
        key === undefined ? {} : { idempotency: { key, application, digest: resendDigest(sender, id) } };
      const { messageId, state } = await useCases.messages.resend(id, { sender, ...idempotency });
      return reply.code(202).header('Location', messagePath(messageId)).send({ messageId, state });
    },
  );
  app.post<OneMessage>(
    '/messages/:id/cancel',
    {
      schema: {
        ...head,
        operationId: 'cancelMessage',
        security: needs('messages:operate'),
        summary: 'Send a message no more',
        description:
          'QUEUED or SENT becomes CANCELLED, with its event. What the partner has it keeps: a receipt that comes later is ' +
          'stored as late and changes nothing. Where messages go in order, its number stays empty: the partner holds what ' +
          'follows until it is told. 409 MESSAGE_ENDED when the message has ended already.',
        response: { 200: answer('It is cancelled.', CANCELLED), ...problems(404, 409) },
      },
    },
    async ({ params, query, caller }) => caller.useCases.messages.cancel(params.id, query.from),
  );
  app.post<OneMessage>(
    '/messages/:id/handover',
    {
      schema: {
        ...head,
        operationId: 'handOverMessage',
        security: needs('messages:operate'),
        summary: 'Hand a received message over now',
        description:
          'One that waits for a destination other than the inbox: its next attempt is made at once, also when the ' +
          'destination had refused it for good. It comes under the same MessageId. 409 NOT_WAITING when it waits for none.',
        response: { 202: answer('It is handed over now.', HANDED_OVER), ...problems(404, 409) },
      },
    },
    async ({ params, query, caller }, reply) => {
      const { messages } = caller.useCases;
      const { destination } = await messages.find(params.id, 'in', query.from);
      await messages.handOver(params.id, query.from);
      return reply.code(202).send({ messageId: params.id, destination });
    },
  );
}
