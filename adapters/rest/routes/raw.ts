import type { FastifyInstance } from 'fastify';
import type { Direction } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { attachment } from '../representations/content-disposition.ts';
import { closed } from '../schemas/fields.ts';
import { CHOICE_QUERY, MESSAGE_ID_PARAMS } from '../schemas/message.ts';
import { problems } from '../schemas/problem.ts';

const XML = { schema: { type: 'string' } };
const PACKAGE = { schema: { type: 'string', format: 'binary' } };

export function rawRoute(app: FastifyInstance): void {
  app.route<{ Params: { id: string }; Querystring: { direction?: Direction; from?: string } }>({
    method: ['GET', 'HEAD'],
    url: '/messages/:id/raw',
    exposeHeadRoute: false,
    schema: {
      operationId: 'getRawMessage',
      security: needs('messages:content'),
      summary: 'The message as it travels',
      description:
        'The body of the HTTP request, streamed: the bare envelope, or envelope and payloads as multipart/related. A ' +
        'sent message is packed octet for octet as every attempt carries it. Of a received one the gateway ' +
        'keeps the octets of envelope and parts, not the package: boundary, part headers and transfer encodings are ' +
        'made anew.',
      tags: ['messages'],
      params: MESSAGE_ID_PARAMS,
      querystring: closed(CHOICE_QUERY),
      response: {
        200: { description: 'The message.', content: { 'text/xml': XML, 'multipart/related': PACKAGE } },
        ...problems(404, 409),
      },
    },
    handler: async ({ method, params, query, caller }, reply) => {
      const { contentType, contentLength, body } = await caller.useCases.messages.raw(params.id, {
        direction: query.direction,
        sender: query.from,
      });
      const name = contentType.startsWith('multipart/') ? 'message.mime' : 'envelope.xml';
      void reply.headers({
        'Content-Type': contentType,
        'Content-Length': String(contentLength),
        'Content-Disposition': attachment(name, name),
      });
      if (method !== 'HEAD') return reply.send(body instanceof Uint8Array ? Buffer.from(body) : body);
      if (!(body instanceof Uint8Array)) body.destroy();
      return reply.send();
    },
  });
}
