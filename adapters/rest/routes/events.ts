import { cloudEvent } from '../../../src/index.ts';
import type { FastifyInstance } from 'fastify';
import { needs } from '../access/needs.ts';
import type { EventStreams } from '../event-streams.ts';
import type { RestOptions } from '../options.ts';
import { EVENTS_QUERY, EVENT_PAGE, STREAM_QUERY } from '../schemas/event.ts';
import { closed } from '../schemas/fields.ts';
import { answer, problems } from '../schemas/problem.ts';

export function eventRoutes(
  app: FastifyInstance,
  { source, streams }: { readonly source: RestOptions['source']; readonly streams: EventStreams },
): void {
  app.get<{ Querystring: { after: number; limit: number } }>(
    '/events',
    {
      schema: {
        operationId: 'listEvents',
        security: needs('messages:read'),
        summary: 'What happened',
        description:
          'CloudEvents in the order they happened. Ask again with `after` = `next` as long as that is there: a page may ' +
          'hold fewer events than `limit`, or none, where others are not of the application.',
        tags: ['events'],
        querystring: closed(EVENTS_QUERY),
        response: { 200: answer('A page of events.', EVENT_PAGE), ...problems() },
      },
    },
    async ({ query: { after, limit }, caller }) => {
      const { events, seen, more } = await caller.useCases.events.page(after, limit);
      return {
        items: events.map((event) => cloudEvent(event, source)),
        ...(more ? { next: String(seen) } : {}),
      };
    },
  );
  app.get<{ Querystring: { after: number } }>(
    '/events/stream',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        security: needs('messages:read'),
        summary: 'What happens',
        description:
          'Server-sent events: `id` is the sequence, `event` the type, `data` the CloudEvent. After a break a client ' +
          'goes on with Last-Event-ID; without it the stream begins behind `after`, at the oldest event by default. When the ' +
          'token or certificate of who reads has ended or was revoked, the last event is `problem`, its data the problem.',
        tags: ['events'],
        querystring: closed(STREAM_QUERY),
        headers: {
          type: 'object',
          properties: { 'last-event-id': { type: 'string', pattern: '^[0-9]{1,15}$', description: 'Sequence.' } },
        },
        response: {
          200: { description: 'The stream.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
          ...problems(),
        },
      },
    },
    (request, reply) => {
      const last = request.headers['last-event-id'];
      streams.open(reply, request.caller, last === undefined ? request.query.after : Number(last));
    },
  );
}
