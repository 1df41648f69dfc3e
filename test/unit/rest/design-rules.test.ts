import assert from 'node:assert/strict';
import { json, openRestGateway } from './rest-gateway.ts';
import { newKey, openSecured } from './rest-access.ts';
import type { RestGateway } from './rest-gateway.ts';

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly unknown[];
}
interface Document {
  readonly info: { readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, { readonly type: string }>> };
}

const HEADERS: Readonly<Record<string, RegExp>> = {
  'cache-control': /^no-store$/,
  'content-security-policy': /frame-ancestors 'none'/,
  'strict-transport-security': /max-age=\d{7,}/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'content-type': /./,
};

/** The API Design Rules on real answers; spectral.test.ts holds the document against them. */
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

  it('/core/publish-openapi: the document is there for everybody, from any origin', async () => {
    const response = await rest.fetch('/api/v1/openapi.json', { headers: { Origin: 'https://elders.example' } });
    assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [200, '*']);
  });

  it('/core/uri-version: the major version in the address is that of the document', () => {
    const [major] = document.info.version.split('.');
    for (const { url } of document.servers) assert.match(url, new RegExp(`/v${major}$`));
  });

  it('/core/version-header: every answer of the API names it', async () => {
    for (const path of ['messages', 'openapi.json', 'nergens', 'messages/']) {
      const version = (await rest.fetch(`/api/v1/${path}`)).headers.get('api-version');
      assert.equal(version, document.info.version, path);
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
