import assert from 'node:assert/strict';
import { createCpa } from '../../../src/cpa/create-cpa.ts';
import { toPartyProfile } from '../../../src/cpa/party-profile.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';
import { ACTION, json, OIN_A, OIN_B, openRestGateway, SERVICE, TERMS } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

const ID = 'same@sent.test';
const BACK = 'terug';

describe('sent messages of two parties here with one MessageId, over REST', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
    await rest.gateway.cpas.import(contractBack(rest.url), true);
    for (const [from, cpaId] of [
      [OIN_A, TERMS.cpaId],
      [OIN_B, BACK],
    ]) {
      const { status } = await rest.submit({ ...TERMS, cpaId, from, messageId: ID, payloads: [] });
      assert.equal(status, 202);
    }
  });
  after(() => rest.close());

  const post = (verb: string, from?: string, headers: Record<string, string> = {}): Promise<Response> => {
    const query = from === undefined ? '' : `?from=${from}`;
    return rest.fetch(`/api/v1/messages/${encodeURIComponent(ID)}/${verb}${query}`, { method: 'POST', headers });
  };

  it('resend: one Idempotency-Key for that of the one and of the other is a conflict, not the answer of the first', async () => {
    const key = { 'Idempotency-Key': 'herstel' };
    const first = await json(await post('resend', OIN_A, key));
    const other = await post('resend', OIN_B, key);
    assert.deepEqual([other.status, (await json(other))['code']], [409, 'IDEMPOTENCY_CONFLICT']);
    const again = await json(await post('resend', encodeURIComponent(`urn:osb:oin:${OIN_A}`), key));
    assert.equal(again['messageId'], first['messageId']);
  });

  it('partner-status: `from` says which is meant; without, MESSAGE_AMBIGUOUS', async () => {
    const ambiguous = await post('partner-status');
    assert.deepEqual([ambiguous.status, (await json(ambiguous))['code']], [409, 'MESSAGE_AMBIGUOUS']);
    for (const [from, to] of [
      [OIN_A, OIN_B],
      [OIN_B, OIN_A],
    ]) {
      const asked = await json(await post('partner-status', from));
      assert.deepEqual([asked['messageId'], asked['to']], [ID, `urn:osb:oin:${to}`]);
    }
    const nobody = await post('partner-status', '00000003000000000000');
    assert.deepEqual([nobody.status, (await json(nobody))['code']], [404, 'NOT_FOUND']);
  });
});

/** What the second party may send to the first. */
function contractBack(endpoint: string): Uint8Array {
  const [a, b] = [
    toPartyProfile({ oin: OIN_A, name: 'A', endpoint, certificates: { sign: partyA.certificatePem } }),
    toPartyProfile({ oin: OIN_B, name: 'B', endpoint, certificates: { sign: partyB.certificatePem } }),
  ];
  return createCpa({
    parties: [b, a],
    service: SERVICE,
    actions: [ACTION],
    profile: 'osb-rm-s',
    sync: true,
    cpaId: BACK,
  });
}
