import assert from 'node:assert/strict';
import { ACTION, CPA_ID, OIN_B, SERVICE, TERMS, base64, formOf, json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

describe('POST /messages', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  const post = (form: FormData, headers = {}): Promise<Response> =>
    rest.fetch('/api/v1/messages', { method: 'POST', body: form, headers });

  it('sends what comes as multipart/form-data, byte for byte, in order', async () => {
    const response = await post(
      formOf(TERMS, ['<melding>één</melding>', 'één.xml'], ['bijlage', 'b.txt', 'text/plain']),
    );
    assert.equal(response.status, 202);
    const { messageId, state } = await json(response);
    assert.equal(state, 'QUEUED');
    assert.equal(response.headers.get('location'), `/api/v1/messages/${encodeURIComponent(String(messageId))}`);
    await rest.delivered(String(messageId));
    const { payloads, toPartyId } = await rest.gateway.messages.find(String(messageId), 'in');
    assert.equal(toPartyId, `urn:osb:oin:${OIN_B}`);
    assert.deepEqual(
      payloads.map(({ name, contentType, size }) => [name, contentType, size]),
      [
        ['één.xml', 'text/xml', Buffer.byteLength('<melding>één</melding>')],
        ['b.txt', 'text/plain', 7],
      ],
    );
  });

  it('refuses a part without Content-Disposition, wherever it stands, and leaves nothing behind', async () => {
    const message = `--b\r\nContent-Disposition: form-data; name="message"; filename="m"\r\n\r\n${JSON.stringify({ ...TERMS, messageId: 'naamloos@rest.test' })}\r\n`;
    const payload = '--b\r\nContent-Disposition: form-data; name="payload"; filename="a"\r\n\r\n<a/>\r\n';
    const nameless = '--b\r\nContent-Type: text/xml\r\n\r\n<b/>\r\n';
    const send = (body: string): Promise<Response> =>
      rest.fetch('/api/v1/messages', {
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data; boundary="b"' },
        body: `${body}--b--\r\n`,
      });
    for (const body of [nameless + message + payload, message + nameless, message + payload + nameless]) {
      const response = await send(body);
      assert.deepEqual([response.status, (await json(response))['code']], [400, 'REQUEST_INVALID']);
    }
    assert.equal((await send(message + payload)).status, 202);
    await rest.delivered('naamloos@rest.test');
  });

  it('sends what comes as JSON with base64', async () => {
    const messageId = 'json-1@rest.test';
    const payloads = [{ name: 'a.bin', contentType: 'application/octet-stream', content: base64('hallo') }];
    const response = await rest.submit({ ...TERMS, messageId, payloads });
    assert.deepEqual([response.status, await json(response)], [202, { messageId, state: 'QUEUED' }]);
    await rest.delivered(messageId);
    const answer = await rest.fetch(`/api/v1/messages/${encodeURIComponent(messageId)}/payloads/1?direction=in`);
    assert.equal(await answer.text(), 'hallo');
  });

  it('takes name and media type of a payload from the part message where it gives them', async () => {
    const payloads = [{ name: 'naam.xml', contentType: 'text/xml; charset="utf-8"' }];
    const { messageId } = await json(await post(formOf({ ...TERMS, payloads }, ['<a/>', 'other', 'text/csv'])));
    const { payloads: stored } = await rest.gateway.messages.find(String(messageId), 'out');
    assert.deepEqual(
      stored.map(({ name, contentType }) => [name, contentType]),
      [['naam.xml', 'text/xml; charset="utf-8"']],
    );
  });

  it('gives the first answer again for the same Idempotency-Key, in whatever form the request comes', async () => {
    const headers = { 'Idempotency-Key': 'sleutel-1' };
    const payloads = [{ name: 'a.xml', contentType: 'text/xml', content: base64('<a/>') }];
    const first = await json(await rest.submit({ ...TERMS, payloads }, headers));
    const { action, ...others } = TERMS;
    const repeat = await json(await post(formOf({ action, ...others }, ['<a/>', 'a.xml']), headers));
    assert.equal(repeat['messageId'], first['messageId']);
  });

  it('refuses the same Idempotency-Key with other content', async () => {
    const headers = { 'Idempotency-Key': 'sleutel-2' };
    await rest.submit({ ...TERMS, payloads: [] }, headers);
    const payloads = [{ contentType: 'text/xml', content: base64('<a/>') }];
    const response = await rest.submit({ ...TERMS, payloads }, headers);
    assert.deepEqual([response.status, (await json(response))['code']], [409, 'IDEMPOTENCY_CONFLICT']);
  });

  const refused: readonly [string, object, number, string][] = [
    ['a CPA that is not known', { cpaId: 'nope' }, 404, 'CPA_UNKNOWN'],
    ['an action that is not agreed', { action: 'nope' }, 422, 'ACTION_NOT_AGREED'],
    ['a party that is not in the CPA', { from: '00000099000000009000' }, 422, 'PARTY_UNKNOWN'],
    ['a MessageId without the form of RFC 5322', { messageId: 'no-at' }, 400, 'MESSAGE_ID_INVALID'],
  ];
  for (const [what, change, status, code] of refused) {
    it(`refuses ${what} with ${code}`, async () => {
      const response = await rest.submit({ ...TERMS, ...change, payloads: [] });
      assert.deepEqual([response.status, (await json(response))['code']], [status, code]);
    });
  }

  it('refuses a MessageId that was used', async () => {
    const body = { ...TERMS, messageId: 'twice@rest.test', payloads: [] };
    assert.equal((await rest.submit(body)).status, 202);
    const response = await rest.submit(body);
    assert.deepEqual([response.status, (await json(response))['code']], [409, 'MESSAGE_EXISTS']);
  });

  it('finds the terms of the contract in bare form', async () => {
    const { messageId } = await json(await rest.submit({ ...TERMS, to: OIN_B, payloads: [] }));
    const message = await rest.gateway.messages.find(String(messageId), 'out');
    assert.deepEqual([message.cpaId, message.service, message.action], [CPA_ID, SERVICE, ACTION]);
  });
});
