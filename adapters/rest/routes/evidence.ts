import type { FastifyInstance } from 'fastify';
import type { Direction, Evidence } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { EVIDENCE } from '../schemas/evidence.ts';
import { closed } from '../schemas/fields.ts';
import { CHOICE_QUERY, MESSAGE_ID_PARAMS } from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

export function evidenceRoutes(app: FastifyInstance): void {
  app.get<{ Params: { id: string }; Querystring: { direction?: Direction; from?: string } }>(
    '/messages/:id/evidence',
    {
      schema: {
        operationId: 'getEvidence',
        security: needs('messages:evidence'),
        summary: 'All that proves one message',
        description:
          'Files to write into a folder, README.txt first: what was exchanged, contract, certificates, revocation lists, events. The octets of `parts` come from GET /messages/{id}/payloads/{n}. ' +
          '`postiljon evidence verify` checks such a folder without a gateway.',
        tags: ['messages'],
        params: MESSAGE_ID_PARAMS,
        querystring: closed(CHOICE_QUERY),
        response: { 200: answer('The files.', EVIDENCE), ...problems(404, 409) },
      },
    },
    async ({ params, query, caller }) =>
      represent(await caller.useCases.messages.evidence(params.id, { direction: query.direction, sender: query.from })),
  );
}

function represent({ messageId, direction, files, parts }: Evidence): object {
  return {
    messageId,
    direction,
    files: files.map(({ name, content }) => ({ name, content: content.toString('base64') })),
    parts,
  };
}
