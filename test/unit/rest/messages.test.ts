import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CPA_ID, OIN_A, TERMS, base64, json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';

const ID = 'lees/mij+1@rest.test';
const PATH = `/api/v1/messages/${encodeURIComponent(ID)}`;

describe('messages over REST', () => {
  let rest: RestGateway;
  before(async () => {
    rest = await openRestGateway();
    const payloads = [{ name: '../../etc/naam é.xml', contentType: 'text/xml', content: base64('<a/>') }];
    await rest.submit({ ...TERMS, messageId: ID, conversationId: 'gesprek', payloads });
    await rest.submit({ ...TERMS, messageId: 'tweede@rest.test', payloads: [] });
    await rest.delivered(ID);
    await rest.delivered('tweede@rest.test');
  });
  after(() => rest.close());

  const ids = async (query: string): Promise<readonly unknown[]> => {
    const { items } = await json<{ items: { messageId: string }[] }>(await rest.fetch(`/api/v1/${query}`));
    return items.map(({ messageId }) => messageId);
  };

  it('are found by id, percent-decoded once, with times in UTC', async () => {
    const message = await json(await rest.fetch(`${PATH}?direction=out`));
    assert.equal(message['messageId'], ID);
    assert.equal(message['state'], 'DELIVERED');
    assert.equal(message['partnerError'], null);
    assert.equal(message['fromPartyId'], `urn:osb:oin:${OIN_A}`);
    assert.match(String(message['storedAt']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('are one per direction where the gateway hosts both parties', async () => {
    const received = await json(await rest.fetch(`${PATH}?direction=in`));
    assert.deepEqual([received['direction'], received['state']], ['in', 'RECEIVED']);
  });

  it('are listed by filters, page by page, newest first', async () => {
    assert.deepEqual(await ids('messages?direction=out'), ['tweede@rest.test', ID]);
    assert.deepEqual(await ids('messages?direction=out&conversationId=gesprek'), [ID]);
    assert.deepEqual(await ids(`messages?direction=in&cpaId=${CPA_ID}&q=tweede`), ['tweede@rest.test']);
    assert.deepEqual(await ids('messages?since=2999-01-01T00:00:00%2B01:00'), []);
    const first = await json(await rest.fetch('/api/v1/messages?direction=out&limit=1'));
    assert.deepEqual(await ids(`messages?direction=out&limit=1&cursor=${String(first['next'])}`), [ID]);
  });

  it('show their attempts', async () => {
    const { items } = await json<{ items: { status: number }[] }>(await rest.fetch(`${PATH}/attempts?direction=out`));
    assert.deepEqual(
      items.map(({ status }) => status),
      [200],
    );
  });

  it('give a payload with its digest, and a file name that is harmless', async () => {
    const response = await rest.fetch(`${PATH}/payloads/1?direction=in`);
    const digest = createHash('sha256').update('<a/>');
    assert.equal(response.headers.get('etag'), `"${digest.copy().digest('hex')}"`);
    assert.equal(response.headers.get('repr-digest'), `sha-256=:${digest.digest('base64')}:`);
    assert.equal(response.headers.get('content-type'), 'text/xml');
    assert.equal(
      response.headers.get('content-disposition'),
      `attachment; filename="naam _.xml"; filename*=UTF-8''naam%20%C3%A9.xml`,
    );
    assert.equal(await response.text(), '<a/>');
  });

  it('give a payload by HEAD and If-None-Match without its octets', async () => {
    const head = await rest.fetch(`${PATH}/payloads/1?direction=in`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '4', '']);
    const etag = head.headers.get('etag') ?? '';
    const known = await rest.fetch(`${PATH}/payloads/1?direction=in`, { headers: { 'If-None-Match': etag } });
    assert.equal(known.status, 304);
  });

  it('are NOT_FOUND when they are not there', async () => {
    for (const path of ['/api/v1/messages/nope%40x', `${PATH}/payloads/2`, '/api/v1/messages/nope%40x/raw']) {
      const response = await rest.fetch(path);
      assert.deepEqual([response.status, (await json(response))['code']], [404, 'NOT_FOUND']);
    }
  });

  it('leave the inbox when they are taken; repeating it changes nothing', async () => {
    assert.deepEqual(await ids('inbox'), ['tweede@rest.test', ID]);
    for (const attempt of [1, 2]) {
      const response = await rest.fetch(`${PATH}/taken`, { method: 'POST' });
      assert.deepEqual(
        [attempt, response.status, await json(response)],
        [attempt, 200, { messageId: ID, state: 'TAKEN' }],
      );
    }
    assert.deepEqual(await ids('inbox'), ['tweede@rest.test']);
  });
});
