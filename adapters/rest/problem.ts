import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS } from '../../src/index.ts';
import type { ErrorCode, GatewayError } from '../../src/index.ts';
import type { FieldError } from './field-errors.ts';

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
