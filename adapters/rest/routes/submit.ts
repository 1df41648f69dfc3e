import { GatewayError } from '../../../src/index.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SubmittedPayload } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import type { RestOptions } from '../options.ts';
import { messagePath } from '../representations/message.ts';
import { storeJsonPayloads } from '../requests/json-message.ts';
import type { JsonMessage } from '../requests/json-message.ts';
import { readMultipart } from '../requests/multipart-message.ts';
import { ReceivedPayloads } from '../requests/received-payloads.ts';
import { readIdempotencyKey, submission } from '../requests/submission.ts';
import type { MessageTerms } from '../requests/submission.ts';
import { alsoReads } from '../schemas/bodies.ts';
import { IDEMPOTENCY_HEADERS, SUBMITTED, SUBMIT_JSON, SUBMIT_MULTIPART_DOC } from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

export function submitRoutes(app: FastifyInstance, options: RestOptions): void {
  app.post<{ Body: JsonMessage }>(
    '/messages',
    {
      bodyLimit: options.limits.json,
      config: alsoReads({ 'multipart/form-data': SUBMIT_MULTIPART_DOC }),
      schema: {
        operationId: 'submitMessage',
        security: needs('messages:send'),
        summary: 'Send a message',
        description:
          'Stores the message, signed, and answers: from then on the gateway delivers it or reports that it could not. ' +
          'The same Idempotency-Key with the same content gives the first answer again, with other content 409.',
        tags: ['messages'],
        headers: IDEMPOTENCY_HEADERS,
        body: { content: { 'application/json': { schema: SUBMIT_JSON } } },
        response: { 202: answer('Stored and queued.', SUBMITTED), ...problems(404, 409, 413, 415, 422, 501) },
      },
    },
    async (request, reply) => {
      const key = readIdempotencyKey(request.headers['idempotency-key']);
      const { message, payloads } = await readSubmission(request, options);
      const { name: application, useCases } = request.caller;
      const { messageId, state } = await useCases.messages.submit(submission(message, payloads, { application, key }));
      return reply.code(202).header('Location', messagePath(messageId)).send({ messageId, state });
    },
  );
}

interface Submission {
  readonly message: MessageTerms;
  readonly payloads: readonly SubmittedPayload[];
}

/** What fails here leaves no payload behind; from `submit` on they are the gateway's. */
async function readSubmission(
  request: FastifyRequest<{ Body: JsonMessage }>,
  options: RestOptions,
): Promise<Submission> {
  const received = new ReceivedPayloads(request.caller.useCases.messages);
  try {
    if (request.isMultipart()) return await readMultipart(request, received, options.limits);
    // No body at all: the schema is looked at only where there is one.
    if (request.body === undefined || request.body === null) {
      throw new GatewayError('REQUEST_INVALID', {
        location: 'body',
        detail: 'a message is needed, as JSON or multipart/form-data',
      });
    }
    return { message: request.body, payloads: await storeJsonPayloads(request.body, received, options.limits) };
  } catch (error) {
    await received.discard();
    throw error;
  }
}
