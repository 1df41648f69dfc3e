import type { FastifyRequest } from 'fastify';

/** Query parameters come as text: turns those that the route's schema wants as integers or booleans into them, before they are checked. */
export function readQueryValues(request: FastifyRequest): void {
  const { query } = request;
  const properties = propertiesOf(request.routeOptions.schema?.querystring);
  if (!isMap(query) || properties === undefined) return;
  for (const [name, value] of Object.entries(query)) {
    const schema = properties[name];
    if (!isMap(schema) || typeof value !== 'string') continue;
    if (schema['type'] === 'integer' && /^\d{1,15}$/.test(value)) query[name] = Number(value);
    if (schema['type'] === 'boolean' && /^(?:true|false)$/.test(value)) query[name] = value === 'true';
  }
}

/** The names that a route knows, for the error that refuses another one. */
export function knownParameters(request: FastifyRequest): readonly string[] {
  return Object.keys(propertiesOf(request.routeOptions.schema?.querystring) ?? {});
}

function propertiesOf(schema: unknown): Record<string, unknown> | undefined {
  return isMap(schema) && isMap(schema['properties']) ? schema['properties'] : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
