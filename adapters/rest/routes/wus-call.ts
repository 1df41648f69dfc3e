import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formOf, GatewayError } from '../../../src/index.ts';
import type { ApplicationAnswer, BodyForm, WrittenBody, WusUseCases } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { alsoReads } from '../schemas/bodies.ts';
import { sendProblem } from '../problem.ts';
import { wusFault } from '../representations/wus.ts';
import { closed } from '../schemas/fields.ts';
import { problems } from '../schemas/problem.ts';
import { CALL_QUERY, ELEMENT, ENVELOPE, JSON_BODY, PACKAGE, SERVICE_PARAMS } from '../schemas/wus.ts';

interface Call {
  Params: { name: string };
  Querystring: { operation?: string };
}

const FORMS = {
  'application/xml': ELEMENT,
  'text/xml': ENVELOPE,
  'multipart/related': PACKAGE,
  'application/json': JSON_BODY,
};
const ANSWERS = Object.fromEntries(Object.entries(FORMS).map(([type, schema]) => [type, { schema }]));

/** Calls a partner. The body is read as it comes, and the answer written as it goes: attachments are never held whole. */
export function wusCallRoute(app: FastifyInstance, wus: WusUseCases): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.post<Call>(
    '/wus/services/:name/calls',
    {
      bodyLimit: Number.MAX_SAFE_INTEGER,
      config: alsoReads(FORMS),
      schema: {
        operationId: 'callWusService',
        security: needs('wus:call'),
        summary: 'Call a service of a partner',
        description:
          'The gateway addresses, signs and encrypts what is posted as the profile of the service asks, and answers with the ' +
          'verified answer of the partner: in the form of the request, unless Accept names another one of them. A fault that ' +
          'the partner signed is a problem with code WUS_FAULT; for who posts SOAP it is a SOAP fault with status 500. The ' +
          'headers Message-Id and Consultation-Id name the request and its record.',
        tags: ['wus'],
        params: SERVICE_PARAMS,
        querystring: closed(CALL_QUERY),
        response: {
          200: { description: 'The answer of the partner.', content: ANSWERS },
          ...problems(404, 413, 415, 422, 502, 504),
        },
      },
    },
    async (request, reply) => {
      const called = await wus.usedBy(request.caller).callPartner({
        service: request.params.name,
        operation: request.query.operation,
        contentType: request.headers['content-type'],
        answerAs: acceptedForm(request.headers.accept),
        body: request.raw,
      });
      reply.raw.once('close', () => void called.release());
      return sendAnswer(request, reply, called);
    },
  );
}

function sendAnswer(request: FastifyRequest<Call>, reply: FastifyReply, called: ApplicationAnswer): FastifyReply {
  const { outcome, messageId, consultation } = called;
  void reply.headers({ 'Message-Id': messageId, 'Consultation-Id': consultation });
  if (outcome.kind === 'answer') return sendBody(reply.code(200), outcome.answer);
  if (outcome.envelope !== undefined) return sendBody(reply.code(500), outcome.envelope);
  const { fault } = outcome;
  const error = new GatewayError('WUS_FAULT', { detail: fault.faultstring });
  return sendProblem(request, reply, { error, fault: wusFault(fault) });
}

function sendBody(reply: FastifyReply, { contentType, contentLength, body }: WrittenBody): FastifyReply {
  void reply.headers({ 'Content-Type': contentType, 'Content-Length': String(contentLength) });
  return reply.send(body instanceof Uint8Array ? Buffer.from(body) : body);
}

/** The one that is liked best of those that are a form of ours. @spec RFC 9110 §12.5.1 */
function acceptedForm(accept: string | undefined): BodyForm | undefined {
  const named = (accept ?? '').split(',').map((one) => {
    const [type = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
    return { form: formOf(type), weight: weight === undefined ? 1 : Number(weight) };
  });
  const wanted = named.filter(({ form, weight }) => form !== undefined && weight > 0);
  return wanted.toSorted((one, other) => other.weight - one.weight)[0]?.form;
}
