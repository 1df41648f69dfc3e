import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { GatewayError, parseDateTime, toDateTime } from '../../../src/index.ts';
import type { MessageQuery } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import { operationOf } from '../jobs/operations.ts';
import type { OperationName } from '../jobs/operations.ts';
import { API_BASE } from '../options.ts';
import { readIdempotencyKey } from '../requests/submission.ts';
import { closed } from '../schemas/fields.ts';
import { JOB, JOB_ID_PARAMS, JOB_JSON } from '../schemas/job.ts';
import { IDEMPOTENCY_HEADERS } from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

interface Asked extends Omit<MessageQuery, 'since' | 'until' | 'limit' | 'cursor' | 'owner'> {
  readonly since?: string;
  readonly until?: string;
}

interface OneJob {
  Params: { id: string };
}

/** Operations on many messages at once. */
export function jobRoutes(app: FastifyInstance, jobs: Jobs): void {
  app.post<{ Body: { operation: OperationName; query: Asked } }>(
    '/jobs',
    {
      schema: {
        operationId: 'startJob',
        summary: 'Do something with all messages of a search',
        description:
          'Finds what there is now, and does it with each, the oldest first. A job lives in the process: when the gateway ' +
          'stops, what was done stays done. The same request with the same Idempotency-Key gives the same job, and once ' +
          'that was stopped, or the gateway was, it goes on: what was resent before is not resent again. Two jobs of one ' +
          'application run at the same time, four of all.',
        tags: ['jobs'],
        security: needs('jobs:use'),
        headers: IDEMPOTENCY_HEADERS,
        querystring: closed({}),
        body: { content: { 'application/json': { schema: JOB_JSON } } },
        response: { 202: answer('It runs.', JOB), ...problems(409, 413, 415, 429) },
      },
    },
    async (request, reply) => {
      const { operation, query } = request.body;
      const { scope } = operationOf(operation);
      const caller = request.caller.with(scope);
      const job = jobs.start({
        application: caller.name,
        operation,
        query: queryOf(operation, query),
        messages: caller.useCases.messages,
        key: readIdempotencyKey(request.headers['idempotency-key']),
        digest: createHash('sha256')
          .update(JSON.stringify([operation, query]))
          .digest('hex'),
      });
      return reply.code(202).header('Location', `${API_BASE}/jobs/${job.id}`).send(represent(job));
    },
  );
  const head = { tags: ['jobs'], params: JOB_ID_PARAMS, querystring: closed({}), security: needs('jobs:use') };
  app.get<OneJob>(
    '/jobs/:id',
    {
      schema: {
        ...head,
        operationId: 'getJob',
        summary: 'How far a job is',
        description: 'Of this application, since the gateway was started; 410 for one of before.',
        response: { 200: answer('The job.', JOB), ...problems(404, 410) },
      },
    },
    ({ params, caller }) => Promise.resolve(represent(jobs.find(params.id, caller.name))),
  );
  app.post<OneJob>(
    '/jobs/:id/stop',
    {
      schema: {
        ...head,
        operationId: 'stopJob',
        summary: 'Let a job do no more',
        description: 'What was done stays done. One that has ended stays as it is.',
        response: { 200: answer('The job.', JOB), ...problems(404, 410) },
      },
    },
    ({ params, caller }) => {
      const job = jobs.find(params.id, caller.name);
      jobs.stop(job);
      return Promise.resolve(represent(job));
    },
  );
}

/** Throws REQUEST_INVALID for a state that the operation has nothing to do with. */
function queryOf(name: OperationName, { since, until, ...query }: Asked): Omit<MessageQuery, 'limit' | 'cursor'> {
  const { within, states } = operationOf(name);
  const { state } = query;
  if (
    states.length > 0 ? state === undefined || !states.includes(state) : state !== undefined && state !== within.state
  ) {
    const detail = states.length > 0 ? `must be one of ${states.join(', ')}` : `${name} is for ${within.state} only`;
    throw new GatewayError('REQUEST_INVALID', { location: '/query/state', detail });
  }
  const [from, to] = [since, until].map((time) => (time === undefined ? undefined : parseDateTime(time)));
  const times = { ...(from === undefined ? {} : { since: from }), ...(to === undefined ? {} : { until: to }) };
  return { ...query, ...times, ...within };
}

function represent({ id, operation, state, total, done, failed, failures, startedAt, endedAt }: Job): object {
  const ended = endedAt === undefined ? null : toDateTime(endedAt);
  const counts = { total: total ?? null, done, failed };
  const reasons = failures.map((one) => ({ ...one, detail: one.detail ?? '' }));
  return { id, operation, state, ...counts, failures: reasons, startedAt: toDateTime(startedAt), endedAt: ended };
}
