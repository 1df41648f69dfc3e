import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, toGatewayError } from '../../src/index.ts';
import { FieldErrors, fieldErrors, invalid } from './field-errors.ts';
import type { FieldError } from './field-errors.ts';
import type { RestLog } from './options.ts';
import { sendProblem } from './problem.ts';
import { loggedUrl } from './requests/key-in-url.ts';
import { knownParameters } from './requests/query-values.ts';
import { readRemainder } from './requests/read-remainder.ts';
import { mediaTypesOf } from './schemas/bodies.ts';

/** The one place where an error becomes an answer. */
export function errorHandler(log: RestLog) {
  return async (thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { error, errors } = refusalOf(thrown, request);
    const fields = { requestId: request.id, method: request.method, url: loggedUrl(request.url), code: error.code };
    if (error.code === 'INTERNAL') log.error({ ...fields, err: error.cause ?? error }, 'request failed');
    else log.debug({ ...fields, location: error.location, detail: error.detail }, 'request refused');
    await readRemainder(request.raw);
    // What was not read of a refused upload must not be taken for the next request.
    if (!request.raw.complete) void reply.header('Connection', 'close');
    return sendProblem(request, reply, { error, errors });
  };
}

function refusalOf(
  thrown: unknown,
  request: FastifyRequest,
): { readonly error: GatewayError; readonly errors?: readonly FieldError[] } {
  if (thrown instanceof GatewayError) return { error: thrown };
  if (thrown instanceof FieldErrors) return { error: thrown.error, errors: thrown.errors };
  if (isFastifyError(thrown)) return ofFastify(thrown, request);
  return { error: toGatewayError(thrown) };
}

function ofFastify(
  thrown: FastifyError,
  request: FastifyRequest,
): { readonly error: GatewayError; readonly errors?: readonly FieldError[] } {
  if (thrown.validation !== undefined) {
    const context = thrown.validationContext ?? 'body';
    const known = context === 'querystring' ? knownParameters(request) : undefined;
    const errors = fieldErrors(thrown.validation, context, known);
    return { error: invalid(errors), errors };
  }
  const status = thrown.statusCode ?? 500;
  if (status === 413) return { error: new GatewayError('HTTP_TOO_LARGE', { detail: thrown.message }) };
  if (status === 415) return { error: unreadable(request) };
  if (status === 503) return { error: new GatewayError('BUSY') };
  if (status >= 400 && status < 500) {
    const detail = FRAMEWORK_DETAILS[thrown.code] ?? thrown.message.slice(0, DETAIL_MAX);
    return { error: new GatewayError('REQUEST_INVALID', { detail }) };
  }
  return { error: toGatewayError(thrown) };
}

function unreadable({ headers, routeOptions }: FastifyRequest): GatewayError {
  const type = (headers['content-type'] ?? '').slice(0, TYPE_MAX);
  const read = mediaTypesOf(routeOptions);
  const detail = `${type} is not read here: ${read.length === 0 ? 'send no body' : `send ${read.join(' or ')}`}`;
  return new GatewayError('MEDIA_TYPE_UNSUPPORTED', { location: 'Content-Type', detail });
}

const TYPE_MAX = 100;
const DETAIL_MAX = 300;
/** Where the framework would repeat the path. */
const FRAMEWORK_DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the path is not percent-encoded as it should be',
  FST_ERR_MAX_PARAM_LENGTH: 'a segment of the path is too long',
};

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number';
}
