import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { withSecurity } from './access/security-schemes.ts';
import { API_BASE, API_VERSION } from './options.ts';
import type { RestOptions } from './options.ts';
import { published } from './openapi-published.ts';
import { closed } from './schemas/fields.ts';
import { withBodies } from './schemas/bodies.ts';
import { PROBLEM } from './schemas/problem.ts';

const DESCRIPTION = `What an application and an administrator ask of the gateway. A message is known by its MessageId
from the moment that POST /messages has answered. Errors are application/problem+json whose \`code\` a program may rely
on. Lists are pages: \`next\` is the \`cursor\` of the following one. Times are RFC 3339, answered in UTC.`;

const TAGS = [
  { name: 'messages', description: 'Send, find, fetch and confirm messages.' },
  { name: 'jobs', description: 'Operations on many messages.' },
  { name: 'events', description: 'What happened, as CloudEvents.' },
  { name: 'cpas', description: 'Contracts with partners.' },
  { name: 'partners', description: 'Questions to the gateway of a partner.' },
  { name: 'wus', description: 'Services of WUS: call those of partners, and see who consulted what.' },
  { name: 'refusals', description: 'What partners sent and was refused.' },
  { name: 'health', description: 'For supervisors.' },
];

/** Must be called before the routes are made, whose schemas it collects. */
export async function addOpenApi(app: FastifyInstance, { contact, access }: RestOptions): Promise<void> {
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
      // The library must know the names, and knows nothing of mutualTLS: what they are is put in when it is asked for.
      components: { securitySchemes: standIns(access) },
    },
    refResolver: {
      buildLocalReference: (json, _uri, _fragment, index) =>
        typeof json['$id'] === 'string' ? json['$id'] : `def-${index}`,
    },
    transform: ({ schema, url, route }) => ({ schema: withSecurity(withBodies(schema, route.config), access), url }),
  });
}

function standIns(access: RestOptions['access']): Record<string, { type: 'http'; scheme: 'bearer' }> {
  return Object.fromEntries((access?.schemes ?? []).map((name) => [name, { type: 'http', scheme: 'bearer' }]));
}

/** Public and readable from any origin. @spec ADR /core/publish-openapi */
export function openApiRoute(app: FastifyInstance, { access }: RestOptions): void {
  app.get('/openapi.json', { schema: { hide: true, querystring: closed({}) } }, (_request, reply) =>
    reply.header('Access-Control-Allow-Origin', '*').send(published(app.swagger(), access)),
  );
}

export const OPENAPI_PATH = `${API_BASE}/openapi.json`;
