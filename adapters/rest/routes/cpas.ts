import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../../src/index.ts';
import type { CpaUseCases, Finding } from '../../../src/index.ts';
import { needs } from '../access/needs.ts';
import { alsoReads } from '../schemas/bodies.ts';
import { API_BASE } from '../options.ts';
import { FieldErrors } from '../field-errors.ts';
import { cpaDetail, cpaSummary } from '../representations/cpa.ts';
import {
  CPA_ACTIVE,
  CPA_DETAIL,
  CPA_ID_PARAMS,
  CPA_IMPORTED,
  CPA_LIST,
  CPA_VALIDATED,
  IMPORT_QUERY,
  XML_TYPES,
} from '../schemas/cpa.ts';
import { closed } from '../schemas/fields.ts';
import { answer, problems } from '../schemas/problem.ts';

const CPA_MAX_BYTES = 10 * 2 ** 20;
const XML_BODY = Object.fromEntries(XML_TYPES.map((type) => [type, { type: 'string', description: 'The document.' }]));

interface OneCpa {
  Params: { id: string };
}

export function cpaRoutes(app: FastifyInstance): void {
  app.addContentTypeParser([...XML_TYPES], { parseAs: 'buffer', bodyLimit: CPA_MAX_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  listRoute(app);
  importRoutes(app);
  oneCpaRoutes(app);
  activationRoutes(app);
}

function listRoute(app: FastifyInstance): void {
  app.get(
    '/cpas',
    {
      schema: {
        operationId: 'listCpas',
        security: needs('cpas:read'),
        summary: 'All contracts',
        description: 'Every CPA that was imported.',
        tags: ['cpas'],
        querystring: closed({}),
        response: { 200: answer('The contracts.', CPA_LIST), ...problems() },
      },
    },
    ({ caller }) => ({ items: caller.useCases.cpas.list().map(cpaSummary) }),
  );
}

function importRoutes(app: FastifyInstance): void {
  const head = { tags: ['cpas'] };
  app.post<{ Querystring: { activate: 'true' | 'false' } }>(
    '/cpas',
    {
      config: alsoReads(XML_BODY),
      schema: {
        ...head,
        operationId: 'importCpa',
        security: needs('cpas:write'),
        summary: 'Import a contract',
        description: 'The same document again changes nothing but `active`.',
        querystring: closed(IMPORT_QUERY),
        response: { 201: answer('Imported.', CPA_IMPORTED), ...problems(409, 413, 415) },
      },
    },
    async (request, reply) => {
      const bytes = documentOf(request);
      const imported = await importOrExplain(request.caller.useCases.cpas, bytes, request.query.activate === 'true');
      return reply
        .code(201)
        .header('Location', `${API_BASE}/cpas/${encodeURIComponent(imported.cpaId)}`)
        .send(imported);
    },
  );
  app.post(
    '/cpas/validate',
    {
      config: alsoReads(XML_BODY),
      schema: {
        ...head,
        operationId: 'validateCpa',
        security: needs('cpas:write'),
        summary: 'Check a contract',
        description: 'Says all that is wrong with it; nothing is stored.',
        querystring: closed({}),
        response: { 200: answer('The findings.', CPA_VALIDATED), ...problems(413, 415) },
      },
    },
    (request) => judge(request.caller.useCases.cpas, documentOf(request)),
  );
}

function oneCpaRoutes(app: FastifyInstance): void {
  const head = { tags: ['cpas'], params: CPA_ID_PARAMS, querystring: closed({}) };
  app.get<OneCpa>(
    '/cpas/:id',
    {
      schema: {
        ...head,
        operationId: 'getCpa',
        security: needs('cpas:read'),
        summary: 'One contract',
        description: 'As JSON, or the document byte for byte when Accept names XML.',
        response: {
          200: {
            description: 'The contract.',
            content: { 'application/json': { schema: CPA_DETAIL }, 'text/xml': { schema: { type: 'string' } } },
          },
          ...problems(404),
        },
      },
    },
    async (request, reply) => {
      const known = request.caller.useCases.cpas.get(request.params.id);
      void reply.header('Vary', 'Accept');
      if (!prefersXml(request.headers.accept)) return cpaDetail(known);
      return reply.header('Content-Type', 'text/xml').send(Buffer.from(known.cpa.bytes));
    },
  );
  app.delete<OneCpa>(
    '/cpas/:id',
    {
      schema: {
        ...head,
        operationId: 'deleteCpa',
        security: needs('cpas:write'),
        summary: 'Remove a contract',
        description: 'Refused while it is active, or messages under it are under way.',
        response: { 204: { description: 'It is gone.', type: 'null' }, ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      await request.caller.useCases.cpas.remove(request.params.id);
      return reply.code(204).send();
    },
  );
}

function activationRoutes(app: FastifyInstance): void {
  for (const verb of ['activate', 'deactivate'] as const) {
    app.post<OneCpa>(
      `/cpas/:id/${verb}`,
      {
        schema: {
          operationId: `${verb}Cpa`,
          security: needs('cpas:write'),
          summary: verb === 'activate' ? 'Activate a contract' : 'Deactivate a contract',
          description: verb === 'activate' ? 'Messages may be exchanged under it.' : 'No new message under it.',
          tags: ['cpas'],
          params: CPA_ID_PARAMS,
          querystring: closed({}),
          response: { 200: answer('Done.', CPA_ACTIVE), ...problems(404, 409) },
        },
      },
      async ({ params: { id }, caller }) => {
        await caller.useCases.cpas[verb](id);
        return { cpaId: id, active: verb === 'activate' };
      },
    );
  }
}

/** CPA_INVALID names the first fault only; the answer names them all. */
async function importOrExplain(
  cpas: CpaUseCases,
  bytes: Uint8Array,
  activate: boolean,
): ReturnType<CpaUseCases['import']> {
  try {
    return await cpas.import(bytes, activate);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'CPA_INVALID') throw thrown;
    const errors = judge(cpas, bytes).findings.filter(({ severity }) => severity === 'error');
    throw new FieldErrors(
      errors.map((finding) => ({
        location: finding.place,
        detail: `${finding.code}: ${finding.text} ${finding.remedy}`,
      })),
      thrown,
    );
  }
}

interface Judgement {
  readonly valid: boolean;
  readonly cpaId: string | null;
  readonly findings: readonly (Pick<Finding, 'severity' | 'place' | 'text' | 'remedy'> & { readonly code: string })[];
}

/** A document that cannot be read at all is one finding. */
function judge(cpas: CpaUseCases, bytes: Uint8Array): Judgement {
  try {
    const { cpa, findings } = cpas.validate(bytes);
    return { valid: findings.every(({ severity }) => severity !== 'error'), cpaId: cpa?.cpaId ?? null, findings };
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    const { code, location = '/', message: text, row } = thrown;
    return {
      valid: false,
      cpaId: null,
      findings: [{ severity: 'error', code, place: location, text, remedy: row.remedy }],
    };
  }
}

function documentOf(request: FastifyRequest): Uint8Array {
  if (request.body instanceof Uint8Array && request.body.length > 0) return request.body;
  throw request.headers['content-type'] === undefined || request.body instanceof Uint8Array
    ? new GatewayError('REQUEST_INVALID', { detail: 'the body is empty: send the CPA as text/xml' })
    : new GatewayError('MEDIA_TYPE_UNSUPPORTED', { detail: `send the CPA as ${XML_TYPES.join(', ')}` });
}

/** JSON unless XML is named and JSON is not. */
function prefersXml(accept: string | undefined): boolean {
  return accept !== undefined && /\bxml\b|\+xml/.test(accept) && !/json|\*\/\*/.test(accept);
}
