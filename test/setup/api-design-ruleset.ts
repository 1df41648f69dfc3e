import spectralFunctions from '@stoplight/spectral-functions';
import type { RuleDefinition } from '@stoplight/spectral-core';

const { casing, enumeration, pattern, schema } = spectralFunctions;

/** Answers of the API: what serves supervisors is at the root, and has no version. */
const OPERATIONS = '$.paths[?(!@.servers)][get,put,post,delete,patch,head,options]';

const rule = (
  given: string | string[],
  then: RuleDefinition['then'],
  message = '{{error}} ({{path}})',
  // oxlint-disable-next-line unicorn/no-thenable -- what Spectral calls it
): RuleDefinition => ({ given, then, message, severity: 'error' });

const matches = (match: string, field?: string): RuleDefinition['then'] => ({
  function: pattern,
  functionOptions: { match },
  ...(field === undefined ? {} : { field }),
});

const has = (shape: object, field?: string): RuleDefinition['then'] => ({
  function: schema,
  functionOptions: { schema: shape },
  ...(field === undefined ? {} : { field }),
});

/** A member that must be there, and of a shape. */
const withMember = (name: string, shape: object = {}): object => ({
  type: 'object',
  required: [name],
  properties: { [name]: shape },
});

const TEXT = { type: 'string', minLength: 1 };
const PROBLEM = {
  type: 'object',
  required: ['properties'],
  properties: {
    properties: {
      type: 'object',
      required: ['status', 'title', 'detail'],
    },
  },
};

/**
 * The API Design Rules that a document can show, as a ruleset for Spectral: each rule by its id.
 * @spec API Design Rules 2.2.1
 */
export const API_DESIGN_RULES: Readonly<Record<string, RuleDefinition>> = {
  '/core/doc-openapi': rule('$', has(withMember('openapi', { type: 'string', pattern: String.raw`^3\.[01]\.\d+$` }))),
  '/core/doc-openapi-contact': rule(
    '$.info',
    has(
      withMember('contact', {
        type: 'object',
        required: ['name', 'email', 'url'],
        properties: { name: TEXT, email: TEXT, url: TEXT },
      }),
    ),
  ),
  '/core/uri-version': rule(
    '$',
    has(
      withMember('servers', {
        type: 'array',
        minItems: 1,
        items: withMember('url', { type: 'string', pattern: String.raw`/v\d+$` }),
      }),
    ),
  ),
  '/core/semver': rule('$.info', matches(String.raw`^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$`, 'version')),
  '/core/version-header': rule(`${OPERATIONS}.responses[*]`, has(withMember('headers', withMember('API-Version')))),
  '/core/no-trailing-slash': rule('$.paths', {
    function: pattern,
    field: '@key',
    functionOptions: { notMatch: './$' },
  }),
  '/core/path-segments-kebab-case': rule(
    '$.paths',
    matches(String.raw`^(?:/(?:[a-z0-9]+(?:-[a-z0-9]+)*|\{[^}]+\}))+/?$`, '@key'),
  ),
  '/core/query-keys-camel-case': rule("$..parameters[?(@.in=='query')].name", {
    function: casing,
    functionOptions: { type: 'camel' },
  }),
  '/core/http-methods': rule('$.paths[*]', {
    function: enumeration,
    field: '@key',
    functionOptions: { values: ['get', 'head', 'put', 'post', 'delete', 'patch', 'options', 'parameters', 'servers'] },
  }),
  '/core/error-handling/problem-details': rule(
    `${OPERATIONS}.responses[?(@property.match(/^[45]/) && @.content)].content`,
    has({
      type: 'object',
      required: ['application/problem+json'],
      maxProperties: 1,
      properties: { 'application/problem+json': withMember('schema', PROBLEM) },
    }),
  ),
  '/core/error-handling/invalid-input': rule(`${OPERATIONS}.responses`, has(withMember('400'))),
  '/core/date-time/format': rule(
    '$..properties[?(@property.match(/(?:At|Time|timestamp)$/) && @.type)]',
    has({ type: 'object', required: ['format'], properties: { format: { const: 'date-time' } } }),
  ),
};
