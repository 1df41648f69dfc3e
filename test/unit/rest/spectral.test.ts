import assert from 'node:assert/strict';
import spectralCore from '@stoplight/spectral-core';
import { API_DESIGN_RULES } from '../../setup/api-design-ruleset.ts';
import { newKey, openSecured } from './rest-access.ts';
import { json } from './rest-gateway.ts';

const spectral = new spectralCore.Spectral();
spectral.setRuleset({ rules: { ...API_DESIGN_RULES } });

/** The rules that a document breaks, and where. */
async function judge(document: object): Promise<readonly string[]> {
  const findings = await spectral.run({ ...document });
  return findings.map(({ code, path }) => `${code} ${path.join('.')}`);
}

const HEADERS = { 'API-Version': { schema: { type: 'string' } } };
const PROBLEM = { type: 'object', properties: { status: {}, title: {}, detail: {}, code: {} } };
const RESPONSES = {
  '200': {
    headers: HEADERS,
    content: { 'application/json': { schema: { properties: { stateAt: { type: 'string', format: 'date-time' } } } } },
  },
  '400': { headers: HEADERS, content: { 'application/problem+json': { schema: PROBLEM } } },
};
const OPERATION = { parameters: [{ in: 'query', name: 'cpaId' }], responses: RESPONSES };
const INFO = { version: '1.2.3', contact: { name: 'Beheer', email: 'b@voorbeeld.example', url: 'https://v.example' } };
const GOOD = {
  openapi: '3.1.0',
  info: INFO,
  servers: [{ url: '/api/v1' }],
  paths: {
    '/long-names/{id}': { get: OPERATION },
    '/health/live': { servers: [{ url: '/' }], get: { responses: { '200': {} } } },
  },
};

const withPath = (path: string, item: object = { get: OPERATION }): object => ({ ...GOOD, paths: { [path]: item } });
const withOperation = (more: object): object => withPath('/x', { get: { ...OPERATION, ...more } });
const withResponse = (status: string, response: object): object =>
  withOperation({ responses: { ...RESPONSES, [status]: { headers: HEADERS, ...response } } });
const withContact = (contact?: object): object => ({ ...GOOD, info: { version: '1.2.3', contact } });
const withVersion = (version: string): object => ({ ...GOOD, info: { ...INFO, version } });
const problem = (schema: object): object =>
  withResponse('404', { content: { 'application/problem+json': { schema } } });

const BROKEN: readonly (readonly [rule: string, what: string, document: object])[] = [
  ['/core/doc-openapi', 'no version of OpenAPI', { ...GOOD, openapi: undefined }],
  ['/core/doc-openapi', 'OpenAPI 2', { ...GOOD, openapi: '2.0' }],
  ['/core/doc-openapi-contact', 'no contact', withContact()],
  ['/core/doc-openapi-contact', 'a contact without address', withContact({ name: 'Beheer', url: 'https://v.example' })],
  ['/core/doc-openapi-contact', 'a contact without name', withContact({ ...INFO.contact, name: '' })],
  ['/core/uri-version', 'no server', { ...GOOD, servers: [] }],
  ['/core/uri-version', 'a server without version', { ...GOOD, servers: [{ url: '/api/v1' }, { url: '/api' }] }],
  ['/core/uri-version', 'a whole version in the address', { ...GOOD, servers: [{ url: '/api/v1.2' }] }],
  ['/core/semver', 'a version of two numbers', withVersion('1.2')],
  ['/core/semver', 'a number that begins with 0', withVersion('1.02.3')],
  ['/core/version-header', 'no headers', withOperation({ responses: { ...RESPONSES, '204': {} } })],
  ['/core/version-header', 'other headers', withResponse('409', { headers: { ETag: {} } })],
  ['/core/no-trailing-slash', 'a slash at the end', withPath('/messages/')],
  ['/core/path-segments-kebab-case', 'camel case', withPath('/deadLetters')],
  ['/core/path-segments-kebab-case', 'snake case', withPath('/messages/{id}/dead_letters')],
  ['/core/query-keys-camel-case', 'snake case', withOperation({ parameters: [{ in: 'query', name: 'cpa_id' }] })],
  ['/core/http-methods', 'a method of one’s own', withPath('/x', { get: OPERATION, purge: OPERATION })],
  ['/core/error-handling/problem-details', 'plain JSON', withResponse('404', { content: { 'application/json': {} } })],
  ['/core/error-handling/problem-details', 'no detail', problem({ properties: { status: {}, title: {} } })],
  [
    '/core/error-handling/problem-details',
    'no schema',
    withResponse('500', { content: { 'application/problem+json': {} } }),
  ],
  ['/core/error-handling/invalid-input', 'no 400', withOperation({ responses: { '422': RESPONSES['400'] } })],
  [
    '/core/date-time/format',
    'a time that is any text',
    withOperation({
      requestBody: { content: { 'application/json': { schema: { properties: { endedAt: { type: 'string' } } } } } },
    }),
  ],
];

describe('API Design Rules, by Spectral', () => {
  it('the document that is published breaks none', async () => {
    const contact = { name: 'Beheer', email: 'beheer@voorbeeld.example', url: 'https://voorbeeld.example' };
    const rest = await openSecured([{ name: 'a', roles: ['send'], keys: newKey().keys }], { options: { contact } });
    try {
      assert.deepEqual(await judge(await json(await rest.fetch('/api/v1/openapi.json'))), []);
    } finally {
      await rest.close();
    }
  });

  it('nor does a small one that is right', async () => {
    assert.deepEqual(await judge(GOOD), []);
  });

  for (const [rule, what, document] of BROKEN) {
    it(`${rule}: ${what}`, async () => {
      const found = await judge(document);
      assert.deepEqual([...new Set(found.map((one) => one.split(' ', 1)[0]))], [rule], found.join('\n'));
    });
  }

  it('each rule is seen to be broken', () => {
    assert.deepEqual([...new Set(BROKEN.map(([rule]) => rule))].sort(), Object.keys(API_DESIGN_RULES).sort());
  });
});
