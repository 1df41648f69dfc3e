import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, GatewayError, toGatewayError } from '../../src/index.ts';
import type { ErrorCode } from '../../src/index.ts';
import { mediaTypesOf } from './schemas/bodies.ts';
import type { RestLog } from './options.ts';
import { readRemainder } from './requests/read-remainder.ts';
import { loggedUrl } from './access/authenticate.ts';
import { knownParameters } from './requests/query-values.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457 with our code; `errors` names every field that is wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: ErrorCode;
  readonly location?: string;
  readonly errors?: readonly FieldError[];
  readonly remedy: string;
  /** `urn:uuid:` of the request: stands in the log too. */
  readonly instance: string;
  /** With code WUS_FAULT: the fault that the partner signed. */
  readonly fault?: object;
}

export interface FieldError {
  /** JSON pointer into the body, or the name of a parameter, header or part. */
  readonly location: string;
  readonly detail: string;
}

/** A refusal that names everything that is wrong; REQUEST_INVALID unless `error` says otherwise. */
export class FieldErrors extends Error {
  readonly errors: readonly FieldError[];
  readonly error: GatewayError;
  constructor(errors: readonly FieldError[], error = invalid(errors)) {
    super('fields are not valid');
    this.errors = errors;
    this.error = error;
  }
}

/** The `detail` of an INTERNAL error stays in the log. */
export function problemOf(error: GatewayError, requestId: string, errors?: readonly FieldError[]): Problem {
  const row = ERRORS[error.code];
  const detail = error.code === 'INTERNAL' ? undefined : error.detail;
  return {
    type: `urn:postiljon:error:${error.code}`,
    title: row.title,
    status: row.http,
    ...(detail === undefined ? {} : { detail }),
    code: error.code,
    ...(error.location === undefined ? {} : { location: error.location }),
    ...(errors === undefined || errors.length === 0 ? {} : { errors }),
    remedy: row.remedy,
    instance: `urn:uuid:${requestId}`,
  };
}

const BUSY_SECONDS = 5;
const RETRY_AFTER_SECONDS: Readonly<Partial<Record<ErrorCode, number>>> = { TOO_MANY_FAILURES: 60, TOO_MANY_JOBS: 15 };

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: {
    readonly error: GatewayError;
    readonly errors?: readonly FieldError[] | undefined;
    readonly fault?: object;
  },
): FastifyReply {
  const known = problemOf(thrown.error, request.id, thrown.errors);
  const problem = thrown.fault === undefined ? known : { ...known, fault: thrown.fault };
  const retryAfter = RETRY_AFTER_SECONDS[problem.code] ?? (problem.status === 503 ? BUSY_SECONDS : undefined);
  if (retryAfter !== undefined) void reply.header('Retry-After', String(retryAfter));
  return reply
    .code(problem.status)
    .header('Content-Type', PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(problem)));
}

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
/** What is wrong beyond that shows once these are mended. */
const MOST_ERRORS = 50;
/** Where the framework would repeat the path. */
const FRAMEWORK_DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the path is not percent-encoded as it should be',
  FST_ERR_MAX_PARAM_LENGTH: 'a segment of the path is too long',
};

/** What a JSON Schema validator found, in our words. */
export function fieldErrors(
  found: readonly {
    readonly instancePath: string;
    readonly keyword: string;
    readonly params: object;
    readonly message?: string;
  }[],
  context: string,
  known?: readonly string[],
): readonly FieldError[] {
  return found.slice(0, MOST_ERRORS).map(({ instancePath, keyword, params, message }) => {
    const names: Readonly<Record<string, unknown>> = { ...params };
    const extra = names['additionalProperty'];
    if (keyword === 'additionalProperties' && typeof extra === 'string') {
      return { location: place(`${instancePath}/${extra}`, context), detail: `is not known here${knownNames(known)}` };
    }
    const missing = names['missingProperty'];
    if (keyword === 'required' && typeof missing === 'string') {
      return { location: place(`${instancePath}/${missing}`, context), detail: 'is required' };
    }
    if (keyword === 'pattern')
      return { location: place(instancePath, context), detail: 'has not the form wanted here' };
    const allowed = names['allowedValues'];
    const detail = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : (message ?? 'is not valid');
    return { location: place(instancePath, context), detail };
  });
}

function knownNames(known: readonly string[] | undefined): string {
  if (known === undefined) return '';
  return known.length === 0 ? '; this takes no parameters' : `; known are ${known.join(', ')}`;
}

/** Parameters are named, places in a body are JSON pointers. */
function place(path: string, context: string): string {
  return context === 'body' ? path : path.replace(/^\//, '');
}

function invalid(errors: readonly FieldError[]): GatewayError {
  const [first] = errors;
  return new GatewayError('REQUEST_INVALID', {
    ...(first === undefined ? {} : { location: first.location }),
    detail: errors.map(({ location, detail }) => `${location === '' ? 'body' : location} ${detail}`).join('; '),
  });
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number';
}
