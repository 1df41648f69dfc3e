import assert from 'node:assert/strict';
import { json, openRestGateway } from './rest-gateway.ts';
import { newKey, openSecured } from './rest-access.ts';
import type { RestGateway } from './rest-gateway.ts';

interface Parameter {
  readonly in: string;
  readonly name: string;
}
interface Answer {
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, Answer>>;
  readonly security?: readonly unknown[];
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly contact: Readonly<Record<string, string>> };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly required: readonly string[]; readonly properties: object }>>;
    readonly headers: object;
    readonly securitySchemes: Readonly<Record<string, { readonly type: string }>>;
  };
}

const METHODS = ['get', 'head', 'put', 'post', 'delete', 'patch', 'options'];
const HEADERS: Readonly<Record<string, RegExp>> = {
  'cache-control': /^no-store$/,
  'content-security-policy': /frame-ancestors 'none'/,
  'strict-transport-security': /max-age=\d{7,}/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'content-type': /./,
};

/**
 * The rules of the API Design Rules that a linter can check, on the document that is published and on real answers. Written
 * here, and not for Spectral: what runs its rules brings a package with a script of its own on installation.
 */
describe('API Design Rules', () => {
  let rest: RestGateway;
  let document: Document;
  let operations: readonly (readonly [string, string, Operation])[];

  before(async () => {
    const contact = { name: 'Beheer', email: 'beheer@voorbeeld.example', url: 'https://voorbeeld.example' };
    rest = await openSecured([{ name: 'a', roles: ['send'], keys: newKey().keys }], { options: { contact } });
    document = await json<Document>(await rest.fetch('/api/v1/openapi.json'));
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => method !== 'servers')
        .map(([method, operation]) => [path, method, operation] as const),
    );
    assert.ok(operations.length > 30);
  });
  after(() => rest.close());

  it('/core/doc-openapi, /core/doc-openapi-contact, /core/publish-openapi: OpenAPI 3 with a contact, for everybody', async () => {
    assert.match(document.openapi, /^3\.[01]\.\d$/);
    assert.deepEqual(Object.keys(document.info.contact).sort(), ['email', 'name', 'url']);
    const response = await rest.fetch('/api/v1/openapi.json', { headers: { Origin: 'https://elders.example' } });
    assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [200, '*']);
  });

  it('/core/uri-version, /core/semver: the major version in the address of the server, the whole one in the document', () => {
    assert.match(document.info.version, /^\d+\.\d+\.\d+$/);
    const [major] = document.info.version.split('.');
    for (const { url } of document.servers) assert.match(url, new RegExp(`/v${major}$`));
  });

  it('/core/path-segments-kebab-case, /core/no-trailing-slash, /core/query-keys-camel-case', () => {
    for (const [path, method, { parameters = [] }] of operations) {
      assert.match(path, /^(?:\/(?:[a-z0-9]+(?:-[a-z0-9]+)*|\{[a-z][A-Za-z0-9]*\}))+$/, path);
      for (const { in: place, name } of parameters)
        if (place === 'query') assert.match(name, /^[a-z][A-Za-z0-9]*$/, `${method} ${path} ${name}`);
    }
  });

  it('/core/http-methods: standard ones only', () => {
    assert.deepEqual(
      operations.filter(([, method]) => !METHODS.includes(method)),
      [],
    );
  });

  it('/core/version-header: every answer of the API names it, in the document and in truth', async () => {
    assert.ok('API-Version' in document.components.headers);
    for (const [path, method, { responses }] of operations) {
      if (/^\/(?:health|metrics)/.test(path)) continue;
      for (const [status, { headers }] of Object.entries(responses))
        assert.equal(headers?.['API-Version']?.$ref, '#/components/headers/API-Version', `${method} ${path} ${status}`);
    }
    for (const path of ['messages', 'openapi.json', 'nergens', 'messages/']) {
      const version = (await rest.fetch(`/api/v1/${path}`)).headers.get('api-version');
      assert.equal(version, document.info.version, path);
    }
  });

  it('/core/error-handling: errors are problems, and what is wrong with the input is 400', () => {
    const { Problem } = document.components.schemas;
    for (const name of ['status', 'title', 'detail', 'type', 'instance'])
      assert.ok(name in (Problem?.properties ?? {}));
    for (const [path, method, { responses }] of operations) {
      const errors = Object.entries(responses).filter(([status, { content }]) => Number(status) >= 400 && content);
      for (const [status, { content = {} }] of errors) {
        if (path === '/health/ready' && status === '503') continue;
        assert.deepEqual(Object.keys(content), ['application/problem+json'], `${method} ${path} ${status}`);
      }
      if (path !== '/health/live') assert.ok('400' in responses, `${method} ${path}`);
    }
  });

  it('every route that is not open says what it needs, and that it may answer 401', () => {
    const open = operations.filter(([, , { security }]) => security?.length === 0).map(([path]) => path);
    assert.deepEqual([...new Set(open)].sort(), ['/health/live', '/health/ready']);
    for (const [path, method, { security, responses }] of operations) {
      assert.notEqual(security, undefined, `${method} ${path}`);
      if (!open.includes(path))
        for (const status of ['401', '403', '429']) assert.ok(status in responses, `${method} ${path}`);
    }
  });

  it('/core/transport/security-headers: on answers, errors, and those that no route gave', async () => {
    for (const path of ['/api/v1/openapi.json', '/api/v1/messages', '/nergens', '/health/live', '/api/v1/%zz']) {
      const { headers } = await rest.fetch(path);
      for (const [name, expected] of Object.entries(HEADERS))
        assert.match(headers.get(name) ?? '', expected, `${path} ${name}`);
    }
  });

  it('without applications nothing is said of security', async () => {
    const open = await openRestGateway();
    const { components, paths } = await json<Document>(await open.fetch('/api/v1/openapi.json'));
    assert.deepEqual(components.securitySchemes, {});
    assert.equal(paths['/messages']?.['get']?.security, undefined);
    assert.equal('401' in (paths['/messages']?.['get']?.responses ?? {}), false);
    await open.close();
  });
});
