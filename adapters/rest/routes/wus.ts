import type { FastifyInstance } from 'fastify';
import { GatewayError, parseDateTime } from '../../../src/index.ts';
import type { ConsultationQuery, WusUseCases } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { pageOf } from '../representations/message.ts';
import { consultation, consultationDetail, wusService } from '../representations/wus.ts';
import { closed } from '../schemas/fields.ts';
import { answer, problems } from '../schemas/problem.ts';
import {
  CONSULTATION,
  CONSULTATION_PAGE,
  CONSULTATION_PARAMS,
  CONSULTATIONS_QUERY,
  SERVICE,
  SERVICE_PARAMS,
  SERVICES,
} from '../schemas/wus.ts';

export function wusRoutes(app: FastifyInstance, wus: WusUseCases): void {
  serviceRoutes(app, wus);
  consultationRoutes(app, wus);
}

function serviceRoutes(app: FastifyInstance, wus: WusUseCases): void {
  app.get(
    '/wus/services',
    {
      schema: {
        operationId: 'listWusServices',
        security: needs('wus:services'),
        summary: 'All services of WUS',
        description: 'Those that partners call here, and those of partners that can be called.',
        tags: ['wus'],
        querystring: closed({}),
        response: { 200: answer('The services.', SERVICES), ...problems() },
      },
    },
    ({ caller }) => ({ items: wus.usedBy(caller).services.map(wusService) }),
  );
  app.get<{ Params: { name: string } }>(
    '/wus/services/:name',
    {
      schema: {
        operationId: 'getWusService',
        security: needs('wus:services'),
        summary: 'One service of WUS',
        description: 'With the operations of its WSDL.',
        tags: ['wus'],
        params: SERVICE_PARAMS,
        querystring: closed({}),
        response: { 200: answer('The service.', SERVICE), ...problems(404) },
      },
    },
    ({ params, caller }) => {
      const service = wus.usedBy(caller).services.find(({ name }) => name === params.name);
      if (service === undefined) throw new GatewayError('NOT_FOUND', { detail: `there is no service ${params.name}` });
      return wusService(service);
    },
  );
}

interface ListQuery extends Omit<ConsultationQuery, 'since' | 'until' | 'owner'> {
  readonly since?: string;
  readonly until?: string;
}

function consultationRoutes(app: FastifyInstance, wus: WusUseCases): void {
  app.get<{ Querystring: ListQuery }>(
    '/wus/consultations',
    {
      schema: {
        operationId: 'listConsultations',
        security: needs('wus:consultations'),
        summary: 'Who consulted which service, when, and how it went',
        description: 'Newest first; one record a request, of partners and of our own.',
        tags: ['wus'],
        querystring: closed(CONSULTATIONS_QUERY),
        response: { 200: answer('A page of consultations.', CONSULTATION_PAGE), ...problems() },
      },
    },
    async ({ query: { since, until, ...query }, caller }) => {
      const from = since === undefined ? undefined : parseDateTime(since);
      const to = until === undefined ? undefined : parseDateTime(until);
      const times = { ...(from === undefined ? {} : { since: from }), ...(to === undefined ? {} : { until: to }) };
      return pageOf(await wus.usedBy(caller).consultations.list({ ...query, ...times }), consultation);
    },
  );
  app.get<{ Params: { id: string } }>(
    '/wus/consultations/:id',
    {
      schema: {
        operationId: 'getConsultation',
        security: needs('wus:consultations'),
        summary: 'One consultation',
        description:
          'With the bodies, where the service is configured to keep them and the caller may fetch contents (messages:content).',
        tags: ['wus'],
        params: CONSULTATION_PARAMS,
        querystring: closed({}),
        response: { 200: answer('The consultation.', CONSULTATION), ...problems(404) },
      },
    },
    async ({ params, caller }) => {
      const found = await wus.usedBy(caller).consultations.find(params.id);
      return consultationDetail(
        caller.has('messages:content') ? found : { ...found, request: undefined, answer: undefined },
      );
    },
  );
}
