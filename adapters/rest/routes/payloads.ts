import type { FastifyInstance } from 'fastify';
import type { Direction, OpenPayload } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { attachment } from '../representations/content-disposition.ts';
import { closed } from '../schemas/fields.ts';
import { CHOICE_QUERY, PAYLOAD_PARAMS } from '../schemas/message.ts';
import { problems } from '../schemas/problem.ts';

const FORM = {
  type: 'string',
  enum: ['original'],
  description: 'What is stored, also where a route translates it.',
} as const;
const OTHERWISE = 'application/octet-stream';

export function payloadRoutes(app: FastifyInstance): void {
  app.route<{
    Params: { id: string; n: string };
    Querystring: { direction?: Direction; from?: string; form?: 'original' };
  }>({
    method: ['GET', 'HEAD'],
    url: '/messages/:id/payloads/:n',
    exposeHeadRoute: false,
    schema: {
      operationId: 'getPayload',
      security: needs('messages:content'),
      summary: 'The octets of a payload',
      description:
        'Streamed, byte for byte as they were sent, with their SHA-256 in Repr-Digest, Digest and ETag. A received payload in ' +
        'XML is JSON where its route says so; size and digest of the message are those of the original.',
      tags: ['messages'],
      params: PAYLOAD_PARAMS,
      querystring: closed({ ...CHOICE_QUERY, form: FORM }),
      response: {
        200: {
          description: 'The octets.',
          content: { [OTHERWISE]: { schema: { type: 'string', format: 'binary' } } },
        },
        ...problems(404, 409, 413, 422),
      },
    },
    handler: async ({ params, query, method, headers, caller }, reply) => {
      const payload = await caller.useCases.messages.openPayload(params.id, Number(params.n), {
        direction: query.direction,
        sender: query.from,
        form: query.form,
      });
      const fields = payloadHeaders(payload, params.n);
      void reply.headers(fields);
      const known = headers['if-none-match'] === fields['ETag'];
      if (!known && method !== 'HEAD') return reply.send(payload.stream);
      payload.stream.destroy();
      return reply.code(known ? 304 : 200).send();
    },
  });
}

function payloadHeaders(payload: OpenPayload, number: string): Record<string, string> {
  const digest = Buffer.from(payload.sha256, 'hex').toString('base64');
  return {
    'Content-Type': isHeaderValue(payload.contentType) ? payload.contentType : OTHERWISE,
    'Content-Length': String(payload.size),
    'Content-Disposition': attachment(payload.name, `payload-${number}`),
    // RFC 9530, and RFC 3230 that the signing module of the API design rules still names.
    'Repr-Digest': `sha-256=:${digest}:`,
    Digest: `sha-256=${digest}`,
    ETag: `"${payload.sha256}"`,
  };
}

/** What a partner named as media type is repeated only when it is one. */
function isHeaderValue(contentType: string): boolean {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[ -~]*)?$/.test(contentType);
}
