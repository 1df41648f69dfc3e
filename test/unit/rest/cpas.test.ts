import assert from 'node:assert/strict';
import { CPA_ID, TERMS, contract, json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

interface Party {
  readonly roles: unknown;
  readonly endpoints: unknown;
  readonly certificates: readonly { readonly validTo: string }[];
}

describe('contracts over REST', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  const send = (path: string, body: Uint8Array | string, type = 'text/xml'): Promise<Response> =>
    rest.fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body: Buffer.from(body) });

  it('are listed and shown', async () => {
    const { items } = await json<{ items: Record<string, unknown>[] }>(await rest.fetch('/api/v1/cpas'));
    assert.deepEqual(
      items.map(({ cpaId, active }) => [cpaId, active]),
      [[CPA_ID, true]],
    );
    const { parties } = await json<{ parties: readonly Party[] }>(await rest.fetch(`/api/v1/cpas/${CPA_ID}`));
    const [first] = parties;
    assert.deepEqual(first?.roles, [{ role: 'A', service: TERMS.service, canSend: ['melden'], canReceive: [] }]);
    assert.deepEqual(first?.endpoints, [rest.url]);
    assert.match(first?.certificates[0]?.validTo ?? '', /^2056-/);
  });

  it('are given back byte for byte when XML is asked for', async () => {
    const response = await rest.fetch(`/api/v1/cpas/${CPA_ID}`, { headers: { Accept: 'text/xml' } });
    assert.equal(response.headers.get('content-type'), 'text/xml');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(rest.cpa));
  });

  it('are imported, activated, deactivated and removed', async () => {
    const bytes = contract(rest.url, 'urn:tweede/1');
    const path = `/api/v1/cpas/${encodeURIComponent('urn:tweede/1')}`;
    const imported = await send('/api/v1/cpas', bytes, 'application/octet-stream');
    assert.deepEqual([imported.status, imported.headers.get('location')], [201, path]);
    assert.equal((await json(imported))['active'], false);
    for (const [verb, active] of [['activate', true] as const, ['deactivate', false] as const]) {
      const answer = await json(await rest.fetch(`${path}/${verb}`, { method: 'POST' }));
      assert.deepEqual(answer, { cpaId: 'urn:tweede/1', active });
    }
    assert.equal((await rest.fetch(path, { method: 'DELETE' })).status, 204);
    assert.equal((await json(await rest.fetch(path)))['code'], 'CPA_UNKNOWN');
  });

  it('are active at once with ?activate=true', async () => {
    const answer = await json(await send('/api/v1/cpas?activate=true', contract(rest.url, 'derde'), 'application/xml'));
    assert.deepEqual([answer['cpaId'], answer['active']], ['derde', true]);
    const removed = await rest.fetch('/api/v1/cpas/derde', { method: 'DELETE' });
    assert.deepEqual([removed.status, (await json(removed))['code']], [409, 'CPA_IN_USE']);
  });

  it('are refused when other bytes are stored under the id', async () => {
    const response = await send('/api/v1/cpas', contract('http://127.0.0.1:1/ebms'));
    assert.deepEqual([response.status, (await json(response))['code']], [409, 'CPA_EXISTS']);
  });

  it('are checked without being stored', async () => {
    const good = await json(await send('/api/v1/cpas/validate', contract(rest.url, 'vierde')));
    assert.deepEqual([good['valid'], good['cpaId']], [true, 'vierde']);
    assert.equal((await rest.fetch('/api/v1/cpas/vierde')).status, 404);
    const unread = await json(await send('/api/v1/cpas/validate', '<a>'));
    assert.deepEqual([unread['valid'], unread['cpaId']], [false, null]);
  });

  it('are refused with all findings', async () => {
    const broken = Buffer.from(rest.cpa).toString().replace('tns:value="agreed"', 'tns:value="proposed"');
    const response = await send('/api/v1/cpas?activate=true', broken.replace(`"${CPA_ID}"`, '"vijfde"'));
    const { code, errors } = await json<{ code: string; errors: readonly unknown[] }>(response);
    assert.deepEqual([response.status, code], [400, 'CPA_INVALID']);
    assert.ok(errors.length > 0);
  });

  it('that are no XML are refused', async () => {
    const response = await send('/api/v1/cpas', 'nope');
    assert.equal(response.status, 400);
    assert.match(String((await json(response))['code']), /^(XML_MALFORMED|CPA_INVALID)$/);
  });
});
