import type { FastifyRequest } from 'fastify';

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

/** Media types that a route reads, as the document names them. */
export function mediaTypesOf({ schema, config }: FastifyRequest['routeOptions']): readonly string[] {
  const { body } = withBodies({ body: schema?.body }, config);
  return isMap(body) && isMap(body['content']) ? Object.keys(body['content']) : [];
}

/** The schema of a route with those too that it reads by itself. */
export function withBodies<S>(schema: S, config: unknown): S {
  const bodies = isMap(config) ? config['alsoReads'] : undefined;
  if (!isMap(bodies) || !isMap(schema)) return schema;
  const described = isMap(schema['body']) && isMap(schema['body']['content']) ? schema['body']['content'] : {};
  const added = Object.fromEntries(Object.entries(bodies).map(([type, one]) => [type, { schema: one }]));
  return { ...schema, body: { content: { ...described, ...added } } };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
