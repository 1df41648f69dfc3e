import type { FastifyInstance } from 'fastify';
import { parseDateTime } from '../../../src/index.ts';
import type { Direction, MessageQuery, MessageState } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { requireWhole } from '../access/require-whole.ts';
import { attemptList, messageDetail, messageSummary, pageOf, refusal } from '../representations/message.ts';
import { closed } from '../schemas/fields.ts';
import {
  ATTEMPTS,
  CHOICE_QUERY,
  INBOX_QUERY,
  MESSAGE,
  MESSAGES_QUERY,
  MESSAGE_ID_PARAMS,
  MESSAGE_PAGE,
  REFUSAL,
  REFUSALS_QUERY,
  REFUSAL_ID_PARAMS,
  REFUSAL_PAGE,
  SENDER_QUERY,
  TAKEN,
} from '../schemas/message.ts';
import { answer, problems } from '../schemas/problem.ts';

interface ListQuery {
  readonly state?: MessageState;
  readonly direction?: Direction;
  readonly held?: boolean;
  readonly destination?: string;
  readonly cpaId?: string;
  readonly service?: string;
  readonly action?: string;
  readonly conversationId?: string;
  readonly since?: string;
  readonly until?: string;
  readonly q?: string;
  readonly cursor?: string;
  readonly limit: number;
}

/** Held messages come in when they may be handed over. @spec ebMS2 §9.1.1 */
const IN_INBOX = { direction: 'in', state: 'RECEIVED', held: false, destination: 'inbox' } as const;

interface OneMessage {
  Params: { id: string };
  Querystring: { direction?: Direction; from?: string };
}

export function messageRoutes(app: FastifyInstance): void {
  listRoutes(app);
  refusalRoutes(app);
  oneMessageRoutes(app);
  takeRoute(app);
}

function listRoutes(app: FastifyInstance): void {
  app.get<{ Querystring: ListQuery }>(
    '/messages',
    {
      schema: {
        operationId: 'listMessages',
        security: needs('messages:read'),
        summary: 'Find messages',
        description: 'Newest first.',
        tags: ['messages'],
        querystring: closed(MESSAGES_QUERY),
        response: { 200: answer('A page of messages.', MESSAGE_PAGE), ...problems() },
      },
    },
    async ({ query, caller }) => pageOf(await caller.useCases.messages.list(messageQuery(query)), messageSummary),
  );
  app.get<{ Querystring: ListQuery }>(
    '/inbox',
    {
      schema: {
        operationId: 'listInbox',
        security: needs('messages:read'),
        summary: 'What came in and was not taken yet',
        description:
          'Received messages in state RECEIVED that wait for no earlier one, newest first. Confirm each with POST /messages/{id}/taken. What `routes` sends to another destination is not here.',
        tags: ['messages'],
        querystring: closed(INBOX_QUERY),
        response: { 200: answer('A page of messages.', MESSAGE_PAGE), ...problems() },
      },
    },
    async ({ query, caller }) =>
      pageOf(await caller.useCases.messages.list({ ...messageQuery(query), ...IN_INBOX }), messageSummary),
  );
}

function refusalRoutes(app: FastifyInstance): void {
  app.get<{ Querystring: { code?: string; since?: string; cursor?: string; limit: number } }>(
    '/refusals',
    {
      schema: {
        operationId: 'listRefusals',
        security: needs('refusals:read'),
        summary: 'What partners sent and was refused',
        description: 'Newest first. What was refused is no message; it is kept here as evidence.',
        tags: ['refusals'],
        querystring: closed(REFUSALS_QUERY),
        response: { 200: answer('A page of refusals.', REFUSAL_PAGE), ...problems() },
      },
    },
    async ({ query: { since, ...query }, caller }) => {
      requireWhole(caller, 'refusals');
      const from = since === undefined ? undefined : parseDateTime(since);
      const times = from === undefined ? {} : { since: from };
      return pageOf(await caller.useCases.messages.listRefusals({ ...query, ...times }), refusal);
    },
  );
  app.get<{ Params: { id: string } }>(
    '/refusals/:id',
    {
      schema: {
        operationId: 'getRefusal',
        security: needs('refusals:read'),
        summary: 'One refusal',
        description: 'Why, where, from whom, and the begin of the envelope.',
        tags: ['refusals'],
        params: REFUSAL_ID_PARAMS,
        response: { 200: answer('The refusal.', REFUSAL), ...problems(404) },
      },
    },
    async ({ params, caller }) => {
      requireWhole(caller, 'refusals');
      return refusal(await caller.useCases.messages.findRefusal(params.id));
    },
  );
}

function oneMessageRoutes(app: FastifyInstance): void {
  const head = { tags: ['messages'], params: MESSAGE_ID_PARAMS, querystring: closed(CHOICE_QUERY) };
  app.get<OneMessage>(
    '/messages/:id',
    {
      schema: {
        ...head,
        operationId: 'getMessage',
        security: needs('messages:read'),
        summary: 'One message',
        description: 'All that is known of it, without the octets.',
        response: { 200: answer('The message.', MESSAGE), ...problems(404, 409) },
      },
    },
    async ({ params, query, caller: { useCases } }) => {
      const { messages } = useCases;
      const found = await messages.find(params.id, query.direction, query.from);
      return messageDetail(found, (message, n) => messages.isTranslated(message, n));
    },
  );
  app.get<OneMessage>(
    '/messages/:id/attempts',
    {
      schema: {
        ...head,
        operationId: 'listAttempts',
        security: needs('messages:read'),
        summary: 'The attempts to send a message',
        description: 'In the order they were made.',
        response: { 200: answer('The attempts.', ATTEMPTS), ...problems(404, 409) },
      },
    },
    async ({ params, query, caller }) =>
      attemptList(await caller.useCases.messages.find(params.id, query.direction, query.from)),
  );
}

function takeRoute(app: FastifyInstance): void {
  app.post<OneMessage>(
    '/messages/:id/taken',
    {
      schema: {
        operationId: 'takeMessage',
        security: needs('messages:take'),
        summary: 'Confirm that the application has a received message',
        description: 'RECEIVED becomes TAKEN. Repeating it changes nothing.',
        tags: ['messages'],
        params: MESSAGE_ID_PARAMS,
        querystring: closed(SENDER_QUERY),
        response: { 200: answer('It is taken.', TAKEN), ...problems(404, 409) },
      },
    },
    async ({ params, query, caller }) => caller.useCases.messages.take(params.id, query.from),
  );
}

function messageQuery({ since, until, ...query }: ListQuery): MessageQuery {
  const from = since === undefined ? undefined : parseDateTime(since);
  const to = until === undefined ? undefined : parseDateTime(until);
  return { ...query, ...(from === undefined ? {} : { since: from }), ...(to === undefined ? {} : { until: to }) };
}
