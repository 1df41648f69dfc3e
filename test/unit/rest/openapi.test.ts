import assert from 'node:assert/strict';
import { json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
  readonly requestBody?: { readonly content: object };
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly contact: { readonly name: string }; readonly license: { readonly identifier: string } };
  readonly servers: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

describe('the OpenAPI document', () => {
  let rest: RestGateway;
  let paths: Document['paths'];
  let operations: readonly (readonly [string, Operation])[];
  let document: Document;

  before(async () => {
    rest = await openRestGateway();
    const response = await rest.fetch('/api/v1/openapi.json', { headers: { Origin: 'https://elders.example' } });
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    document = await json<Document>(response);
    ({ paths } = document);
    operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => method !== 'servers')
        .map(([method, operation]) => [`${method} ${path}`, operation] as const),
    );
  });
  after(() => rest.close());

  it('ADR doc-openapi: is OpenAPI 3.1 with contact, licence, servers and tags', () => {
    assert.equal(document.openapi, '3.1.0');
    assert.equal(document.info.contact.name, 'Beheer');
    assert.equal(document.info.license.identifier, 'EUPL-1.2');
    assert.equal(document.servers.length, 1);
  });

  it('names every route of this release and no other', () => {
    assert.deepEqual(Object.keys(paths).sort(), [
      '/cpas',
      '/cpas/validate',
      '/cpas/{id}',
      '/cpas/{id}/activate',
      '/cpas/{id}/deactivate',
      '/dead-letters',
      '/dead-letters/{id}',
      '/dead-letters/{id}/replay',
      '/events',
      '/events/stream',
      '/health/live',
      '/health/ready',
      '/inbox',
      '/jobs',
      '/jobs/{id}',
      '/jobs/{id}/stop',
      '/messages',
      '/messages/{id}',
      '/messages/{id}/attempts',
      '/messages/{id}/cancel',
      '/messages/{id}/evidence',
      '/messages/{id}/handover',
      '/messages/{id}/partner-status',
      '/messages/{id}/payloads/{n}',
      '/messages/{id}/raw',
      '/messages/{id}/resend',
      '/messages/{id}/taken',
      '/metrics',
      '/partners/ping',
      '/refusals',
      '/refusals/{id}',
      '/routes/explain',
    ]);
  });

  it('describes every operation, each with an id of its own', () => {
    const named = operations.filter(([method]) => !method.startsWith('head '));
    for (const [name, { operationId, summary, description, tags }] of named) {
      assert.ok(operationId && summary && description && tags?.length === 1, name);
    }
    const ids = named.map(([, { operationId }]) => operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('says that errors are problems', () => {
    for (const [name, { responses }] of operations.filter(([path]) => !/ \/(?:health|metrics)/.test(path))) {
      assert.ok('application/problem+json' in (responses['400']?.content ?? {}), name);
    }
  });

  it('shows both forms of a submission and the XML of a contract', () => {
    const [message, cpa] = ['/messages', '/cpas'].map((path) =>
      Object.keys(paths[path]?.['post']?.requestBody?.content ?? {}),
    );
    assert.deepEqual(message, ['application/json', 'multipart/form-data']);
    assert.deepEqual(cpa, ['text/xml', 'application/xml', 'application/octet-stream']);
  });
});

describe('health and metrics', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  it('say whether the gateway lives and is ready', async () => {
    assert.deepEqual(await json(await rest.fetch('/health/live')), { status: 'ok' });
    const ready = await rest.fetch('/health/ready');
    assert.deepEqual([ready.status, (await json(ready))['status']], [200, 'ok']);
  });

  it('give Prometheus what the gateway counts, and the process', async () => {
    const text = await (await rest.fetch('/metrics')).text();
    assert.match(text, /^postiljon_submitted_total 0$/m);
    assert.match(text, /^postiljon_outbox_due 0$/m);
    assert.match(text, /^process_resident_memory_bytes \d+/m);
  });
});
