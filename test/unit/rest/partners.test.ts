import assert from 'node:assert/strict';
import { CPA_ID, json, OIN_A, OIN_B, openRestGateway, TERMS } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

describe('questions to a partner over REST', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  const post = (path: string, body?: unknown): Promise<Response> =>
    rest.fetch(`/api/v1${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });

  it('[ebMS2 §8.1-1] ping: the Pong, where it came from and how long it took', async () => {
    const response = await post('/partners/ping', { cpaId: CPA_ID, from: OIN_A, to: OIN_B });
    const { roundTripMs, pingId, pongId, ...answer } = await json(response);
    assert.equal(response.status, 200);
    assert.deepEqual(answer, {
      cpaId: CPA_ID,
      from: `urn:osb:oin:${OIN_A}`,
      to: `urn:osb:oin:${OIN_B}`,
      endpoint: rest.url,
      way: 'synchronous',
    });
    assert.ok(typeof roundTripMs === 'number' && roundTripMs >= 0);
    assert.notEqual(pingId, pongId);
    assert.match(await (await rest.fetch('/metrics')).text(), /postiljon_exchanges_total 1/);
  });

  it('partner-status: what the partner says, before and after its application took the message', async () => {
    const { messageId } = await json<{ messageId: string }>(await rest.submit({ ...TERMS, payloads: [] }));
    await rest.delivered(messageId);
    const ask = async (): Promise<unknown[]> => {
      const response = await post(`/messages/${encodeURIComponent(messageId)}/partner-status`);
      const { status, receivedAt, messageId: about } = await json(response);
      return [response.status, about, status, typeof receivedAt];
    };
    assert.deepEqual(await ask(), [200, messageId, 'Received', 'string']);
    await post(`/messages/${encodeURIComponent(messageId)}/taken`);
    assert.deepEqual(await ask(), [200, messageId, 'Processed', 'string']);
  });

  const refusals: readonly (readonly [what: string, path: string, body: unknown, status: number, code: string])[] = [
    ['an unknown CPA', '/partners/ping', { cpaId: 'nope', from: OIN_A }, 404, 'CPA_UNKNOWN'],
    ['a party that is not of the CPA', '/partners/ping', { cpaId: CPA_ID, from: '1' }, 422, 'PARTY_UNKNOWN'],
    ['a body without `from`', '/partners/ping', { cpaId: CPA_ID }, 400, 'REQUEST_INVALID'],
    ['a message that was never sent', '/messages/nope@x/partner-status', undefined, 404, 'NOT_FOUND'],
  ];
  for (const [what, path, body, status, code] of refusals) {
    it(`${what}: ${status} ${code}`, async () => {
      const response = await post(path, body);
      assert.deepEqual([response.status, (await json(response))['code']], [status, code]);
    });
  }
});
