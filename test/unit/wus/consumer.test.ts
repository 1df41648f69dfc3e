import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { IncomingAnswer } from '../../../src/ports/transport.ts';
import { WSA_ANONYMOUS } from '../../../src/wus/namespaces.ts';
import { soapFault } from '../../setup/wus-backend.ts';
import { CONSUMER_OIN, PROVIDER_OIN } from '../../setup/wus-keys.ts';
import { lastEnded } from '../../setup/wus-gateway.ts';
import { ECHO_ACTION, echoAnswer, openWusPair, textIn, type WusPair } from '../../setup/wus-pair.ts';

describe('a call', () => {
  let pair: WusPair;
  before(async () => {
    pair = await openWusPair({ consumed: { logContent: true }, provided: { backend: { faults: 'all' } } });
  });
  after(() => pair.close());
  afterEach(() => pair.bend(undefined));

  it('[Digikoppeling WA001-To] [Digikoppeling WA001-From] [Digikoppeling WA001-OIN] names both parties and where the answer goes', async () => {
    let sent = '';
    let soapaction: string | undefined;
    pair.bend((request, forward) => {
      sent = Buffer.from(request.body instanceof Uint8Array ? request.body : []).toString();
      soapaction = request.headers['soapaction'];
      return forward(request);
    });
    const { messageId } = await pair.call('a');
    const block = (name: string): string => new RegExp(`<wsa:${name} [^>]*>(.*?)</wsa:${name}>`).exec(sent)?.[1] ?? '';
    assert.equal(block('To'), `${pair.url}?OIN=${PROVIDER_OIN}`);
    assert.equal(block('From'), `<wsa:Address>${WSA_ANONYMOUS}?OIN=${CONSUMER_OIN}</wsa:Address>`);
    assert.equal(block('ReplyTo'), `<wsa:Address>${WSA_ANONYMOUS}</wsa:Address>`);
    assert.equal(block('Action'), ECHO_ACTION);
    assert.equal(block('MessageID'), messageId);
    assert.equal(soapaction, `"${ECHO_ACTION}"`);
  });

  it('is recorded on both sides under one MessageID', async () => {
    const called = await pair.call('boek');
    const ours = await pair.consumer.wus.consultations.find(called.consultation);
    assert.equal(ours.result, 'answered');
    assert.equal(ours.role, 'consumer');
    assert.equal(ours.partner, PROVIDER_OIN);
    assert.equal(ours.messageId, called.messageId);
    assert.equal(ours.answerId, called.answerId);
    assert.equal(ours.durationMs, 0);
    assert.match(Buffer.from(ours.request ?? []).toString(), /^<e:echo /);
    assert.match(Buffer.from(ours.answer ?? []).toString(), /^<e:echoAntwoord/);
    const theirs = await lastEnded(pair.provider);
    assert.equal(theirs.messageId, called.messageId);
    assert.deepEqual(
      [theirs].map(({ role, partner, answerId }) => ({ role, partner, answerId })),
      [{ role: 'provider', partner: CONSUMER_OIN, answerId: called.answerId }],
    );
  });

  it('gives the fault that the partner has signed as a fault', async () => {
    pair.backend.answer = () => soapFault('<detail><r xmlns="urn:r">dicht</r></detail>', 's:Client');
    const { outcome, consultation } = await pair.call('a');
    assert.ok(outcome.kind === 'fault');
    assert.equal(outcome.fault.faultcode.localName, 'Client');
    assert.equal(outcome.fault.faultstring, 'Het register is gesloten');
    assert.equal(outcome.fault.detail.length, 1);
    assert.equal((await pair.consumer.wus.consultations.find(consultation)).result, 'fault');
    pair.backend.answer = () => ({ contentType: 'application/xml', body: echoAnswer('weer') });
  });

  const refusals = [
    ['NOT_FOUND', 'of a service that is not there', { service: 'nobody' }],
    ['WUS_OPERATION', 'of an operation that is not there', { operation: 'nothing' }],
    ['WUS_OPERATION', 'with a body of no operation', { content: { body: Buffer.from('<x/>'), attachments: [] } }],
    [
      'WUS_BODY',
      'with the body of another operation',
      { operation: 'echo', content: { body: Buffer.from('<x/>'), attachments: [] } },
    ],
    ['WUS_BODY', 'with what is no XML', { content: { body: Buffer.from('x'), attachments: [] } }],
  ] as const;
  for (const [code, why, more] of refusals) {
    it(`${why} is refused before anything is sent`, async () => {
      pair.bend(() => assert.fail('nothing is sent'));
      await assert.rejects(pair.call('a', more), { code });
    });
  }

  const answers: readonly [code: string, why: string, answer: Partial<IncomingAnswer>][] = [
    ['WUS_PEER_ANSWER', '502 with a page', { status: 502, contentType: 'text/html', body: Buffer.from('<html>') }],
    ['WUS_PEER_ANSWER', 'a redirect', { status: 302, contentType: undefined, body: Buffer.alloc(0) }],
    ['WUS_PEER_ANSWER', 'an empty 202', { status: 202, contentType: undefined, body: Buffer.alloc(0) }],
    ['WUS_ANSWER', 'a page with 200', { contentType: 'text/html', body: Buffer.from('<html/>') }],
    ['WUS_ANSWER', 'nothing with 200', { contentType: 'text/xml', body: Buffer.alloc(0) }],
    ['WUS_ANSWER', 'broken XML', { contentType: 'text/xml', body: Buffer.from('<x>') }],
    ['WUS_ANSWER', 'no envelope', { contentType: 'text/xml', body: Buffer.from('<x/>') }],
  ];
  for (const [code, why, answer] of answers) {
    it(`that gets ${why} fails as ${code}`, async () => {
      pair.bend(async (request, forward) => ({ ...(await forward(request)), ...answer }));
      await assert.rejects(pair.call('a'), { code });
      const [record] = (await pair.consumer.wus.consultations.list({ limit: 1 })).items;
      assert.deepEqual([record?.result, record?.code], ['failed', code]);
    });
  }

  it('fails when the partner is not there', async () => {
    pair.bend((request, forward) => forward({ ...request, url: 'https://localhost:1/wus/echo' }));
    await assert.rejects(pair.call('a'), { code: 'WUS_PEER_UNREACHABLE' });
  });
});

describe('a call that takes too long', () => {
  it('ends with its time', async () => {
    const pair = await openWusPair({ consumed: { timeoutMs: 100 } });
    try {
      pair.backend.answer = () => undefined;
      await assert.rejects(pair.call('a'), { code: 'WUS_PEER_TIMEOUT' });
    } finally {
      await pair.backend.close();
      await pair.close();
    }
  });
});

describe('an answer in parts', () => {
  let pair: WusPair;
  let partner: Server;
  let broken = false;
  before(async () => {
    pair = await openWusPair({ consumed: { timeoutMs: 200 } });
    partner = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'multipart/related; type="application/xop+xml"; boundary=b' });
      response.write('--b\r\nContent-Type: application/xop+xml\r\n\r\n<', () => broken && request.socket.destroy());
    });
    await once(partner.listen(0, '127.0.0.1'), 'listening');
    const address = partner.address();
    assert.ok(typeof address === 'object' && address !== null);
    const url = `http://127.0.0.1:${address.port}/`;
    pair.bend((request, forward) => forward({ ...request, url }));
  });
  after(async () => {
    await pair.close();
    partner.closeAllConnections();
    partner.close();
  });

  it('that is not complete in its time is late, and not malformed', async () => {
    await assert.rejects(pair.call('a'), { code: 'WUS_PEER_TIMEOUT' });
    const [record] = (await pair.consumer.wus.consultations.list({ limit: 1 })).items;
    assert.deepEqual([record?.result, record?.code], ['failed', 'WUS_PEER_TIMEOUT']);
  });

  it('that breaks off came from nobody who can be reached', async () => {
    broken = true;
    await assert.rejects(pair.call('a'), { code: 'WUS_PEER_UNREACHABLE', detail: 'the answer broke off' });
  });
});

describe('a large answer', () => {
  it('may be as large as an envelope of the service', async () => {
    const limits = { maxEnvelopeBytes: 4 * 1024 * 1024 };
    const pair = await openWusPair({ provided: limits, consumed: limits });
    try {
      const { outcome } = await pair.call('x'.repeat(3_000_000));
      assert.ok(outcome.kind === 'answer');
      assert.equal(textIn(outcome.content.body.toString()).length, 3_000_000);
    } finally {
      await pair.close();
    }
  });
});
