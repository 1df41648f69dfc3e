import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { webhookBackend } from '../../../adapters/webhook/backend.ts';
import { WebhookSender } from '../../../adapters/webhook/sender.ts';
import type { Webhook } from '../../../adapters/webhook/webhooks.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Backend, BackendRequest } from '../../../src/ports/backend.ts';
import { createEgress, type Resolve } from '../../../src/transport/egress-client.ts';
import { openWebhookReceiver } from '../../setup/webhook-receiver.ts';
import type { BackendCall, BackendReply } from '../../setup/wus-backend.ts';
import { CONSUMER_OIN } from '../../setup/wus-keys.ts';
import { ECHO_ACTION, echoAnswer } from '../../setup/wus-pair.ts';
import { openProvided, type Provided } from '../../setup/wus-provided.ts';
import { requireSigned } from './require-signed.ts';

const SECRET = 'een geheim van meer dan 32 tekens';
const SOURCE = 'urn:nld:oin:00000099000000002000:systeem:postiljon';
const UNAVAILABLE = '0051 The service is not available now.';
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const leadsInside: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

interface Opened {
  readonly backend: Backend;
  close: () => Promise<void>;
}

function openHook(settings: Partial<Webhook> & Pick<Webhook, 'url'>, resolve?: Resolve): Opened {
  const webhook: Webhook = {
    name: 'zaak',
    secret: SECRET,
    mode: 'binary',
    events: [],
    inlineLimit: 4096,
    timeoutSeconds: 5,
    deadAfterHours: 1,
    handshake: false,
    origin: 'postiljon.test',
    networks: [],
    allowPlain: false,
    ca: undefined,
    ...settings,
  };
  const host = { clock: systemClock, log, source: SOURCE };
  const sender = new WebhookSender(webhook, { ...host, egress: (rules) => createEgress(rules, resolve) });
  return { backend: webhookBackend(webhook, sender, host), close: () => sender.close() };
}

describe('a webhook as the backend of a provided service', () => {
  let hook: Opened | undefined;
  let provided: Provided;

  const open = async (
    format: 'json' | 'xml' | 'soap',
    settings: Partial<Webhook> = {},
    timeoutMs = 5_000,
  ): Promise<void> => {
    const backend: Backend = { call: (request) => (hook ?? assert.fail('too early')).backend.call(request) };
    const destination = 'webhook:zaak';
    provided = await openProvided({ gateway: { backend }, backend: { destination, format, timeoutMs } });
    hook = openHook({ url: provided.backend.url, ...settings });
  };
  const last = (): BackendCall => provided.backend.calls.at(-1) ?? assert.fail('nothing was posted');
  afterEach(async () => {
    await provided.close();
    await hook?.close();
    hook = undefined;
  });

  it('binary: the verified body is what is posted, who asks what stands in ce- headers, and it is signed', async () => {
    await open('xml');
    provided.backend.answer = () => ({ contentType: 'application/xml', body: echoAnswer('terug') });
    const { answer, messageId } = await provided.send();
    assert.equal(answer.status, 200);
    assert.ok(answer.secured);
    assert.match(answer.body.toString(), />terug</);
    assert.match(last().body.toString(), /^<e:echo /);
    requireSigned(last(), SECRET);
    assert.partialDeepStrictEqual(last().headers, {
      'content-type': 'application/xml; charset=UTF-8',
      'webhook-id': messageId.replaceAll('.', '%2E'),
      'ce-specversion': '1.0',
      'ce-id': messageId,
      'ce-source': SOURCE,
      'ce-type': 'nl.postiljon.wus.request',
      'ce-subject': messageId,
      'ce-service': 'echo',
      'ce-operation': 'echo',
      'ce-action': ECHO_ACTION,
      'ce-partner': CONSUMER_OIN,
    });
    assert.match(String(last().headers['ce-time']), /Z$/);
  });

  it('structured: one JSON object, in which a body in JSON is an object too', async () => {
    await open('json', { mode: 'structured' });
    provided.backend.answer = () => ({ contentType: 'application/json', body: '{"tekst":"terug"}' });
    const { answer, messageId } = await provided.send();
    assert.match(answer.body.toString(), />terug</);
    requireSigned(last(), SECRET);
    assert.equal(last().headers['content-type'], 'application/cloudevents+json; charset=utf-8');
    assert.partialDeepStrictEqual(JSON.parse(last().body.toString()), {
      id: messageId,
      datacontenttype: 'application/json',
      operation: 'echo',
      data: { tekst: 'dag' },
    });
  });

  it('structured: an envelope is octets, in base64', async () => {
    await open('soap', { mode: 'structured' });
    await provided.send();
    const event: { data_base64: string; datacontenttype: string } = JSON.parse(last().body.toString());
    assert.match(Buffer.from(event.data_base64, 'base64').toString(), /<soap:Body><e:echo /);
    assert.match(event.datacontenttype, /^text\/xml/);
  });

  const troubles: readonly [string, BackendReply | undefined, string][] = [
    ['202 without a word', { status: 202, body: '' }, 'BACKEND_ANSWER'],
    ['410 Gone', { status: 410, body: '' }, 'BACKEND_ANSWER'],
    ['a redirect', { status: 307, body: '' }, 'BACKEND_ANSWER'],
    ['something else than was asked', { contentType: 'text/html', body: '<p>' }, 'BACKEND_ANSWER'],
    ['nothing in time', undefined, 'BACKEND_TIMEOUT'],
  ];
  for (const [what, reply, code] of troubles) {
    it(`${what}: the partner hears 0051, the record ${code} [Digikoppeling WUS-0051]`, async () => {
      await open('soap', {}, reply === undefined ? 50 : 5_000);
      provided.backend.answer = () => reply;
      assert.equal((await provided.send()).answer.fault?.faultstring, UNAVAILABLE);
      assert.equal((await provided.last()).code, code);
    });
  }

  it('a fault that it answers is the answer', async () => {
    await open('soap', { mode: 'structured' });
    provided.backend.answer = () => ({
      status: 500,
      body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Het veld is leeg</faultstring></s:Fault></s:Body></s:Envelope>',
    });
    assert.equal((await provided.send()).answer.fault?.faultstring, 'Het veld is leeg');
  });

  it('A76 an address of the own network is not asked; the partner hears 0051 and when to ask again', async () => {
    await open('soap', { url: 'https://10.0.0.1/hook' });
    const { answer } = await provided.send();
    assert.deepEqual([answer.fault?.faultstring, answer.headers['retry-after']], [UNAVAILABLE, '30']);
    const { code, detail } = await provided.last();
    assert.equal(code, 'BACKEND_UNREACHABLE');
    assert.match(String(detail), /^EGRESS_REFUSED: /);
  });

  it('a request above inlineLimit is refused, and its octets are posted nowhere', async () => {
    await open('soap', { inlineLimit: 100 });
    const { answer } = await provided.send();
    assert.equal(answer.fault?.faultcode.localName, 'Client');
    assert.equal(answer.fault.faultstring, 'The request is larger than the service takes.');
    assert.equal((await provided.last()).code, 'BACKEND_LIMIT');
    assert.equal(provided.backend.calls.length, 0);
  });
});

describe('the request that a webhook is asked with', () => {
  const request: BackendRequest = {
    destination: 'webhook:zaak',
    service: 'echo',
    operation: 'echo',
    action: ECHO_ACTION,
    messageId: 'urn:uuid:1',
    partner: CONSUMER_OIN,
    contentType: 'multipart/related; boundary="x"',
    contentLength: 3,
    body: Buffer.from('abc'),
    timeoutMs: 5_000,
    maxBytes: 100,
  };

  it('is the same whether it came as octets or as a stream, and a stream that is too long is closed', async () => {
    const receiver = await openWebhookReceiver();
    const hook = openHook({ url: receiver.url });
    try {
      await hook.backend.call(request);
      await hook.backend.call({ ...request, body: Readable.from([Buffer.from('a'), Buffer.from('bc')]) });
      const [one, two] = receiver.posted;
      assert.deepEqual([one?.body.toString(), two?.body.toString()], ['abc', 'abc']);
      const long = Readable.from([Buffer.alloc(5_000)]);
      await assert.rejects(hook.backend.call({ ...request, body: long, contentLength: 5_000 }), {
        code: 'BACKEND_LIMIT',
      });
      assert.ok(long.destroyed);
    } finally {
      await hook.close();
      await receiver.close();
    }
  });

  it('is not posted to a receiver that does not allow it', async () => {
    const receiver = await openWebhookReceiver();
    receiver.allow = undefined;
    const hook = openHook({ url: receiver.url, handshake: true });
    try {
      await assert.rejects(hook.backend.call(request), {
        code: 'BACKEND_UNREACHABLE',
        detail: /WebHook-Allowed-Origin/,
      });
      assert.equal(receiver.posted.length, 0);
      receiver.allow = '*';
      assert.equal((await hook.backend.call(request)).status, 204);
    } finally {
      await hook.close();
      await receiver.close();
    }
  });

  it('A76 does not go to a name that leads inside, nor to anybody once it was cut off', async () => {
    const receiver = await openWebhookReceiver();
    const named = openHook({ url: receiver.url.replace('127.0.0.1', 'zaak.example'), allowPlain: true }, leadsInside);
    const hook = openHook({ url: receiver.url, handshake: true });
    try {
      await assert.rejects(named.backend.call(request), { code: 'BACKEND_UNREACHABLE', detail: /^EGRESS_REFUSED/ });
      const cut = new AbortController();
      cut.abort(new RangeError('cut off'));
      await assert.rejects(hook.backend.call({ ...request, signal: cut.signal }), RangeError);
      assert.equal(receiver.posted.length, 0);
    } finally {
      await hook.close();
      await named.close();
      await receiver.close();
    }
  });
});
