import type { Access } from './access/access.ts';
import { securitySchemes } from './access/security-schemes.ts';
import { API_BASE } from './options.ts';

type Json = Readonly<Record<string, unknown>>;

const VERSION_HEADER = {
  'API-Version': { description: 'Version of the API.', schema: { type: 'string' }, example: '1.0.0' },
};

/**
 * The OpenAPI document as it goes out: paths count from the base of the API, whose version stands in its address, every
 * answer names the header of the version, and the ways to say who calls are described.
 * @spec ADR /core/uri-version, /core/version-header
 */
export function published(document: object, access: Access | undefined): Json {
  const { paths, components, ...rest }: Json = { ...document };
  const secured = access === undefined ? {} : { securitySchemes: securitySchemes(access) };
  return {
    ...rest,
    servers: [{ url: API_BASE, description: 'This gateway' }],
    paths: Object.fromEntries(entriesOf(paths).map(([path, item]) => describePath(path, item))),
    components: { ...mapOf(components), ...secured, headers: VERSION_HEADER },
  };
}

/** What is no part of the versioned API (health, metrics) is at the root. */
function describePath(path: string, item: unknown): readonly [string, Json] {
  if (!path.startsWith(`${API_BASE}/`)) return [path, { ...mapOf(item), servers: [{ url: '/' }] }];
  const operations = entriesOf(item).map(([method, operation]) => [method, versioned(mapOf(operation))] as const);
  return [path.slice(API_BASE.length), Object.fromEntries(operations)];
}

function versioned(operation: Json): Json {
  const headers = { 'API-Version': { $ref: '#/components/headers/API-Version' } };
  const responses = entriesOf(operation['responses']).map(([status, response]) => [
    status,
    { ...mapOf(response), headers },
  ]);
  return { ...operation, responses: Object.fromEntries(responses) };
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(mapOf(value));
}

function mapOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
