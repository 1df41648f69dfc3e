import assert from 'node:assert/strict';
import { ACTION, CPA_ID, OIN_A, SERVICE, TERMS, base64, formOf, json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

interface Answer {
  readonly messageId: string;
  readonly state: string;
  readonly code: string;
}

describe('what an operator does with messages over REST', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
  });
  after(() => rest.close());

  const post = (id: string, verb: string, headers: Record<string, string> = {}): Promise<Response> =>
    rest.fetch(`/api/v1/messages/${encodeURIComponent(id)}/${verb}`, { method: 'POST', headers });
  const payload = async (id: string, direction: string): Promise<Buffer> =>
    Buffer.from(await (await rest.fetch(`/api/v1/messages/${id}/payloads/1?direction=${direction}`)).arrayBuffer());

  it('resend is a new message with the same content that names the old one', async () => {
    const content = Buffer.alloc(200_000, 'groot');
    const terms = { ...TERMS, messageId: 'oud@rest.test', conversationId: 'zaak', refToMessageId: 'vraag@rest.test' };
    const body = formOf(terms, [content.toString(), 'groot.xml']);
    assert.equal((await rest.fetch('/api/v1/messages', { method: 'POST', body })).status, 202);
    await rest.delivered('oud@rest.test');
    const response = await post('oud@rest.test', 'resend');
    const { messageId, state } = await json<Answer>(response);
    assert.deepEqual([response.status, state], [202, 'QUEUED']);
    assert.equal(response.headers.get('location'), `/api/v1/messages/${encodeURIComponent(messageId)}`);
    assert.notEqual(messageId, 'oud@rest.test');
    await rest.delivered(messageId);
    const sent = await json(await rest.fetch(`/api/v1/messages/${messageId}?direction=out`));
    const { resendOf, conversationId, refToMessageId, cpaId, service, action, fromPartyId } = sent;
    assert.deepEqual(
      [resendOf, conversationId, refToMessageId, cpaId, service, action, fromPartyId],
      ['oud@rest.test', 'zaak', 'vraag@rest.test', CPA_ID, SERVICE, ACTION, `urn:osb:oin:${OIN_A}`],
    );
    assert.deepEqual(await payload(messageId, 'in'), content);
    assert.deepEqual(await payload('oud@rest.test', 'out'), content);
    const events = await rest.gateway.events.list(0, 1000);
    const resent = events.find(({ type }) => type === 'message.resent');
    assert.deepEqual([resent?.messageId, resent?.data], [messageId, { resendOf: 'oud@rest.test' }]);
  });

  it('resend with the same Idempotency-Key is the same new message; for another message it is a conflict', async () => {
    await rest.submit({ ...TERMS, messageId: 'een@rest.test', payloads: [] });
    await rest.submit({ ...TERMS, messageId: 'twee@rest.test', payloads: [] });
    const key = { 'Idempotency-Key': 'nog-een-keer' };
    const first = await json<Answer>(await post('een@rest.test', 'resend', key));
    const again = await json<Answer>(await post('een@rest.test', 'resend', key));
    assert.equal(again.messageId, first.messageId);
    const other = await post('twee@rest.test', 'resend', key);
    assert.deepEqual([other.status, (await json<Answer>(other)).code], [409, 'IDEMPOTENCY_CONFLICT']);
    const unkeyed = await json<Answer>(await post('een@rest.test', 'resend'));
    assert.notEqual(unkeyed.messageId, first.messageId);
  });

  it('resend and cancel are for sent messages that exist', async () => {
    for (const verb of ['resend', 'cancel']) {
      const response = await post('nope@rest.test', verb);
      assert.deepEqual([response.status, (await json<Answer>(response)).code], [404, 'NOT_FOUND']);
    }
  });

  it('cancel of a message that has ended is MESSAGE_ENDED', async () => {
    await rest.submit({ ...TERMS, messageId: 'klaar@rest.test', payloads: [] });
    await rest.delivered('klaar@rest.test');
    const response = await post('klaar@rest.test', 'cancel');
    assert.deepEqual([response.status, (await json<Answer>(response)).code], [409, 'MESSAGE_ENDED']);
    assert.equal((await rest.gateway.messages.find('klaar@rest.test', 'out')).state, 'DELIVERED');
  });

  it('raw without payloads is the envelope that every attempt carries', async () => {
    const response = await rest.fetch('/api/v1/messages/klaar@rest.test/raw?direction=out');
    const { envelope } = await rest.gateway.messages.find('klaar@rest.test', 'out');
    assert.equal(response.headers.get('content-type'), 'text/xml; charset=UTF-8');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(envelope));
  });

  for (const direction of ['out', 'in'] as const) {
    it(`raw with payloads is multipart/related that can be sent again as it is: ${direction}`, async () => {
      const messageId = `pak-${direction}@rest.test`;
      const payloads = [{ name: 'a.xml', contentType: 'text/xml', content: base64('<a>é</a>') }];
      await rest.submit({ ...TERMS, messageId, payloads });
      await rest.delivered(messageId);
      const response = await rest.fetch(`/api/v1/messages/${messageId}/raw?direction=${direction}`);
      const head = await rest.fetch(`/api/v1/messages/${messageId}/raw?direction=${direction}`, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
      assert.equal(head.headers.get('content-length'), response.headers.get('content-length'));
      const contentType = response.headers.get('content-type') ?? '';
      assert.match(contentType, /^multipart\/related; .*type="text\/xml"/);
      const body = Buffer.from(await response.arrayBuffer());
      assert.equal(response.headers.get('content-length'), String(body.length));
      const before = rest.gateway.counters.duplicates;
      const { status } = await rest.post({ headers: { 'content-type': contentType, soapaction: '"ebXML"' }, body });
      assert.deepEqual([status, rest.gateway.counters.duplicates], [200, before + 1]);
    });
  }
});
