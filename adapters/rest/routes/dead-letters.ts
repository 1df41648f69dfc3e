import type { FastifyInstance } from 'fastify';
import { cloudEvent, GatewayError, toDateTime } from '../../../src/index.ts';
import type { DeadLetter, Gateway } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { requireWhole } from '../access/require-whole.ts';
import { pageOf } from '../representations/message.ts';
import {
  DEAD_LETTER,
  DEAD_LETTER_ID_PARAMS,
  DEAD_LETTER_PAGE,
  DEAD_LETTERS_QUERY,
  REPLAYED,
} from '../schemas/dead-letter.ts';
import { closed } from '../schemas/fields.ts';
import { answer, problems } from '../schemas/problem.ts';

/** Events that a subscriber did not take. */
export function deadLetterRoutes(app: FastifyInstance, { events }: Gateway, source: string): void {
  const represent = (letter: DeadLetter): object => ({
    id: letter.id,
    subscriber: letter.subscriber,
    at: toDateTime(letter.at),
    attempts: letter.attempts,
    code: letter.code,
    detail: letter.detail ?? null,
    replaying: letter.marked,
    event: cloudEvent(letter.event, source),
  });
  app.get<{ Querystring: { subscriber?: string; cursor?: string; limit: number } }>(
    '/dead-letters',
    {
      schema: {
        operationId: 'listDeadLetters',
        security: needs('events:replay'),
        summary: 'Events that a subscriber did not take',
        description: 'Newest first. A message is never one of them: it stays RECEIVED until its destination has it.',
        tags: ['events'],
        querystring: closed(DEAD_LETTERS_QUERY),
        response: { 200: answer('A page of dead letters.', DEAD_LETTER_PAGE), ...problems() },
      },
    },
    async ({ query, caller }) => {
      requireWhole(caller, 'dead letters');
      return pageOf(await events.deadLetters(query), represent);
    },
  );
  app.get<{ Params: { id: string } }>(
    '/dead-letters/:id',
    {
      schema: {
        operationId: 'getDeadLetter',
        security: needs('events:replay'),
        summary: 'One dead letter',
        description: 'The event, and why it was not taken.',
        tags: ['events'],
        params: DEAD_LETTER_ID_PARAMS,
        response: { 200: answer('The dead letter.', DEAD_LETTER), ...problems(404) },
      },
    },
    async ({ params: { id }, caller }) => {
      requireWhole(caller, 'dead letters');
      const [letter] = (await events.deadLetters({ id, limit: 1 })).items;
      if (letter === undefined) throw new GatewayError('NOT_FOUND', { detail: `dead letter ${id}` });
      return represent(letter);
    },
  );
  app.post<{ Params: { id: string } }>(
    '/dead-letters/:id/replay',
    {
      schema: {
        operationId: 'replayDeadLetter',
        security: needs('events:replay'),
        summary: 'Send an event to its subscriber once more',
        description: 'Under the same id. It is a dead letter no more once it was taken; else it stays one.',
        tags: ['events'],
        params: DEAD_LETTER_ID_PARAMS,
        querystring: closed({}),
        response: { 202: answer('It is sent once more.', REPLAYED), ...problems(404) },
      },
    },
    async ({ params: { id }, caller }, reply) => {
      requireWhole(caller, 'dead letters');
      await events.replay(id);
      return reply.code(202).send({ id });
    },
  );
}
