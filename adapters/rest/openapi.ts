import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { API_BASE, API_VERSION } from './options.ts';
import type { RestOptions } from './options.ts';
import { closed } from './schemas/fields.ts';
import { PROBLEM } from './schemas/problem.ts';

const DESCRIPTION = `What an application and an administrator ask of the gateway. A message is known by its MessageId
from the moment that POST /messages has answered. Errors are application/problem+json whose \`code\` a program may rely
on. Lists are pages: \`next\` is the \`cursor\` of the following one. Times are RFC 3339, answered in UTC.`;

const TAGS = [
  { name: 'messages', description: 'Send, find, fetch and confirm messages.' },
  { name: 'events', description: 'What happened, as CloudEvents.' },
  { name: 'cpas', description: 'Contracts with partners.' },
  { name: 'partners', description: 'Questions to the gateway of a partner.' },
  { name: 'refusals', description: 'What partners sent and was refused.' },
  { name: 'health', description: 'For supervisors.' },
];

type Body = Readonly<Record<string, object>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly alsoReads?: Body;
  }
}

/** Names media types that a route reads by itself, so that the document shows them beside those that the schema checks. */
export function alsoReads(body: Body): { readonly alsoReads: Body } {
  return { alsoReads: body };
}

/** Must be called before the routes are made, whose schemas it collects. */
export async function addOpenApi(app: FastifyInstance, { contact }: RestOptions): Promise<void> {
  app.addSchema(PROBLEM);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Postiljon',
        version: API_VERSION,
        description: DESCRIPTION,
        contact: {
          name: contact.name,
          ...(contact.email === undefined ? {} : { email: contact.email }),
          ...(contact.url === undefined ? {} : { url: contact.url }),
        },
        license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
      },
      servers: [{ url: '/', description: 'This gateway' }],
      tags: TAGS,
    },
    refResolver: {
      buildLocalReference: (json, _uri, _fragment, index) =>
        typeof json['$id'] === 'string' ? json['$id'] : `def-${index}`,
    },
    transform: ({ schema, url, route }) => ({ schema: withBodies(schema, route.config), url }),
  });
}

/** Public and readable from any origin. @spec ADR /core/publish-openapi */
export function openApiRoute(app: FastifyInstance): void {
  app.get('/openapi.json', { schema: { hide: true, querystring: closed({}) } }, (_request, reply) =>
    reply.header('Access-Control-Allow-Origin', '*').send(app.swagger()),
  );
}

export const OPENAPI_PATH = `${API_BASE}/openapi.json`;

function withBodies<S>(schema: S, config: unknown): S {
  const bodies = isMap(config) ? config['alsoReads'] : undefined;
  if (!isMap(bodies) || !isMap(schema)) return schema;
  const described = isMap(schema['body']) && isMap(schema['body']['content']) ? schema['body']['content'] : {};
  const added = Object.fromEntries(Object.entries(bodies).map(([type, one]) => [type, { schema: one }]));
  return { ...schema, body: { content: { ...described, ...added } } };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
