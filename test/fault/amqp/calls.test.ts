import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConsumeMessage, Options } from 'amqplib';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { holdAnswers, openQueueCaller, type QueueCaller } from '../../setup/amqp-caller.ts';
import {
  amqpSettings,
  CONNECTED,
  openQueueApplication,
  type QueueApplication,
  restartBroker,
} from '../../setup/amqp-place.ts';
import { freePort } from '../../setup/gateway-process.ts';
import { BROKER_HOOK_MS, type Broker, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { openTcpRelay } from '../../setup/tcp-relay.ts';
import { soapEnvelope, soapFault } from '../../setup/wus-backend.ts';
import { CONSUMER_OIN } from '../../setup/wus-keys.ts';
import { echo, echoAnswer } from '../../setup/wus-pair.ts';

const OURS = `urn:osb:oin:${CONSUMER_OIN}`;

type CallerOptions = Parameters<typeof openQueueCaller>[1];

const problemIn = ({ content }: ConsumeMessage): Readonly<Record<string, unknown>> => JSON.parse(String(content));
const reasonOf = ({ properties }: ConsumeMessage): unknown => properties.headers?.['reason'];

describe('a call of a partner by queue', function () {
  this.timeout(2 * BROKER_HOOK_MS);
  let broker: Broker;
  let application: QueueApplication;
  let settings: AmqpSettings;
  let place: QueueCaller | undefined;
  let replies = '';

  before(async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    broker = await testBroker();
  });
  beforeEach(async () => {
    application = await openQueueApplication(broker.url);
  });
  afterEach(async () => {
    await place?.close();
    place = undefined;
    await application?.close();
  });

  const open = async (options: CallerOptions = {}, more: Partial<AmqpSettings> = {}): Promise<QueueCaller> => {
    const named = amqpSettings(broker.url, more);
    settings = { ...named, callQueue: `${named.exchange}.call` };
    place = await openQueueCaller(settings, options);
    replies = `${settings.exchange}.replies`;
    await application.channel.assertQueue(replies, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    return place;
  };
  const ask = async (body: string, more: Options.Publish = {}, key = 'call'): Promise<void> => {
    application.channel.publish(settings.exchange, key, Buffer.from(body), {
      persistent: true,
      mandatory: true,
      messageId: randomUUID(),
      correlationId: 'mijn vraag',
      replyTo: replies,
      contentType: 'application/xml',
      ...more,
      headers: { service: 'echo', ...more.headers },
    });
    await application.channel.waitForConfirms();
  };
  it('the verified answer lies in the queue that was named, with the correlation_id of the question', async () => {
    const { pair } = await open();
    await ask(echo('hallo'), { headers: { operation: 'echo' } });
    const { content, properties } = await application.next(replies);
    assert.match(String(content), /^<e:echoAntwoord .*>hallo</);
    const { correlationId, contentType, type, messageId, headers } = properties;
    assert.deepEqual([correlationId, contentType, type], ['mijn vraag', 'application/xml; charset=UTF-8', 'answer']);
    const [consultation] = (await pair.consumer.wus.consultations.list({ limit: 1 })).items;
    assert.deepEqual(headers, {
      service: 'echo',
      operation: 'echo',
      messageId: consultation?.messageId,
      consultation: messageId,
    });
    assert.deepEqual([consultation?.id, consultation?.result], [messageId, 'answered']);
  });

  it('JSON is answered in JSON; without a correlation_id the message_id of the question is there', async () => {
    await open();
    await ask('{"tekst":"dag"}', { contentType: 'application/json', correlationId: '', messageId: 'vraag-1' });
    const { content, properties } = await application.next(replies);
    assert.deepEqual([JSON.parse(String(content)), properties.correlationId], [{ tekst: 'dag' }, 'vraag-1']);
  });

  it('a fault that the partner signed is a problem with the fault in it, and a SOAP fault for who asked by SOAP', async () => {
    const { pair } = await open({ provided: { backend: { faults: 'all' } } });
    pair.backend.answer = () => soapFault('', 's:Client', 'Het veld is leeg');
    await ask(echo('x'));
    const problem = await application.next(replies);
    assert.deepEqual([reasonOf(problem), problem.properties.contentType], ['WUS_FAULT', 'application/problem+json']);
    assert.partialDeepStrictEqual(problemIn(problem), {
      code: 'WUS_FAULT',
      fault: { faultstring: 'Het veld is leeg' },
    });
    await ask(soapEnvelope(echo('x')), { contentType: 'text/xml' });
    const fault = await application.next(replies);
    assert.equal(reasonOf(fault), 'WUS_FAULT');
    assert.match(String(fault.content), /<soap:Fault .*Het veld is leeg/);
  });

  const refused: readonly [why: string, body: string, more: Options.Publish, code: string][] = [
    ['a service that is not there', echo('x'), { headers: { service: 'anders' } }, 'NOT_FOUND'],
    ['no service', echo('x'), { headers: { service: '' } }, 'REQUEST_INVALID'],
    ['an operation that is not there', echo('x'), { headers: { operation: 'anders' } }, 'WUS_OPERATION'],
    ['a body of no operation', '<x/>', {}, 'WUS_OPERATION'],
    ['no XML', 'x', {}, 'XML_MALFORMED'],
    ['a type that is not read', 'x', { contentType: 'text/plain' }, 'MEDIA_TYPE_UNSUPPORTED'],
    ['no type', echo('x'), { contentType: '' }, 'REQUEST_INVALID'],
    ['no message_id', echo('x'), { messageId: '' }, 'REQUEST_INVALID'],
    ['a body that was packed', echo('x'), { contentEncoding: 'gzip' }, 'REQUEST_INVALID'],
    ['a body that is too long', echo('x'.repeat(5_000)), {}, 'HTTP_TOO_LARGE'],
  ];
  it('what cannot be asked is answered with a problem, and nobody is asked', async () => {
    const { pair } = await open({}, { inlineLimit: 4_000 });
    for (const [why, body, more, code] of refused) {
      await ask(body, more);
      const problem = await application.next(replies);
      assert.equal(reasonOf(problem), code, why);
      assert.deepEqual([problemIn(problem)['code'], problem.properties.correlationId], [code, 'mijn vraag'], why);
    }
    assert.equal(pair.backend.calls.length, 0);
  });

  it('a partner that cannot be reached, or answers too much, is a problem too; it is not asked again', async () => {
    const { pair } = await open({}, { inlineLimit: 4_000 });
    pair.backend.answer = () => ({ body: soapEnvelope(echoAnswer('x'.repeat(5_000))) });
    await ask(echo('veel'));
    const tooLong = await application.next(replies);
    const [consultation] = (await pair.consumer.wus.consultations.list({ limit: 1 })).items;
    assert.deepEqual([consultation?.result, consultation?.code], ['undelivered', 'REPLY_LIMIT']);
    const { id, messageId } = consultation ?? {};
    assert.equal(tooLong.properties.messageId, id);
    assert.partialDeepStrictEqual(tooLong.properties.headers, { reason: 'REPLY_LIMIT', consultation: id, messageId });
    let asked = 0;
    pair.bend(() => {
      asked += 1;
      return Promise.reject(new RangeError('broken'));
    });
    await ask(echo('weg'));
    assert.equal(reasonOf(await application.next(replies)), 'INTERNAL');
    assert.equal(asked, 1);
  });

  it('without a queue for the answer, or with one of the gateway, it lies among what is refused and nobody is asked', async () => {
    const { pair } = await open();
    for (const replyTo of ['', settings.sendQueue, settings.refused, `${settings.exchange}.answers.x`]) {
      await ask(echo('x'), { replyTo });
      const { content, properties, fields } = await application.next(settings.refused);
      const { reason, location } = properties.headers ?? {};
      assert.deepEqual([reason, location, fields.routingKey], ['REQUEST_INVALID', 'reply_to', 'call']);
      assert.equal(String(content), echo('x'));
    }
    assert.equal(pair.backend.calls.length, 0);
  });

  it('an answer that its queue does not take lies among what is refused, and those behind it go on', async () => {
    await open({ clock: hurried });
    await ask(echo('nergens'), { replyTo: 'no-such-queue' });
    await ask(echo('wel'));
    assert.match(String((await application.next(replies)).content), />wel</);
    const { content, properties, fields } = await application.next(settings.refused);
    assert.match(String(content), /echoAntwoord .*>nergens</);
    assert.equal(fields.routingKey, 'reply');
    assert.partialDeepStrictEqual(properties, { correlationId: 'mijn vraag', replyTo: 'no-such-queue' });
    assert.equal(properties.headers?.['reason'], 'REPLY_UNDELIVERABLE');
  });

  it('the same message_id twice is one call: the second is told so, unless the service is idempotent', async () => {
    const { pair } = await open();
    await ask(echo('x'), { messageId: 'een' });
    const first = await application.next(replies);
    assert.equal(first.properties.type, 'answer');
    await ask(echo('x'), { messageId: 'een' });
    const second = await application.next(replies);
    assert.equal(reasonOf(second), 'CALL_REPEATED');
    assert.equal(problemIn(second)['detail'], `consultation ${first.properties.messageId}: answered`);
    assert.equal(pair.backend.calls.length, 1);
    await place?.close();
    const again = await open({ consumed: { idempotent: true } });
    for (const _ of [1, 2]) {
      await ask(echo('x'), { messageId: 'een' });
      assert.equal((await application.next(replies)).properties.type, 'answer');
    }
    assert.equal(again.pair.backend.calls.length, 2);
  });

  it('a message_id that another question has meanwhile is a conflict', async () => {
    const { pair } = await open();
    const { asked, release } = holdAnswers(pair);
    await ask(echo('een'), { messageId: 'zelfde' });
    await asked;
    await ask(echo('twee'), { messageId: 'zelfde' });
    assert.equal(reasonOf(await application.next(replies)), 'IDEMPOTENCY_CONFLICT');
    // Nor does one join it that asks for the same in another form, or of another service.
    for (const other of [{ contentType: 'text/xml' }, { headers: { service: 'anders' } }]) {
      await ask(echo('een'), { messageId: 'zelfde', ...other });
      assert.equal(reasonOf(await application.next(replies)), 'IDEMPOTENCY_CONFLICT');
    }
    release();
    assert.match(String((await application.next(replies)).content), />een</);
  });

  it('a connection that is cut while the partner is asked: one call, one answer', async () => {
    const port = await freePort();
    const relay = await openTcpRelay(port);
    relay.lead(broker.url);
    const { pair, prepared } = await open({}, { url: `amqp://guest:guest@127.0.0.1:${port}` });
    const { asked, release } = holdAnswers(pair);
    await ask(echo('geknipt'));
    await asked;
    relay.lead(broker.url);
    await prepared.untilLogged(CONNECTED, 2);
    release();
    assert.match(String((await application.next(replies)).content), />geknipt</);
    assert.equal(pair.backend.calls.length, 1);
    await place?.close();
    place = undefined;
    await relay.close();
  });

  it('a broker that is killed while the partner is asked: one call, and the answer when it is back', async () => {
    const opened = await open();
    const { pair } = opened;
    application = await restartBroker(broker, application, opened.prepared);
    const { asked, release } = holdAnswers(pair);
    await ask(echo('gedood'));
    await asked;
    await application.close();
    await broker.kill();
    release();
    await broker.start();
    application = await openQueueApplication(broker.url);
    assert.match(String((await application.next(replies)).content), />gedood</);
    assert.equal(pair.backend.calls.length, 1);
  });

  it('an application that may name its own queues has no answer in that of another one, and asks nothing', async () => {
    const queue = `own-${randomUUID()}`;
    const may = { parties: undefined, services: undefined, actions: undefined, replyTo: [`${queue}.*`] };
    const { pair } = await open({}, { senders: [{ name: 'belasting', queue, ...may }] });
    await ask(echo('mag niet'), {}, 'call.belasting');
    const { properties, fields } = await application.next(settings.refused);
    const { reason, location } = properties.headers ?? {};
    assert.deepEqual([reason, location, fields.routingKey], ['NOT_ALLOWED', 'reply_to', 'call.belasting']);
    const own = `${queue}.antwoord`;
    await application.channel.assertQueue(own, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await ask(echo('mag'), { replyTo: own }, 'call.belasting');
    assert.match(String((await application.next(own)).content), />mag</);
    assert.equal(pair.backend.calls.length, 1);
  });

  it('an application with a queue of its own may ask what is its own, and nothing else', async () => {
    const named = { queue: `own-${randomUUID()}`, parties: undefined, services: undefined, actions: undefined };
    const senders = [
      { ...named, name: 'belasting', services: ['anders'] },
      { ...named, name: 'zaak', queue: `${named.queue}.zaak`, services: ['echo'], parties: [OURS], actions: ['echo'] },
      { ...named, name: 'ander', queue: `${named.queue}.ander`, parties: ['urn:osb:oin:00000099000000003000'] },
      { ...named, name: 'melder', queue: `${named.queue}.melder`, actions: ['anders'] },
    ];
    const { pair } = await open({}, { senders });
    for (const name of ['belasting', 'ander', 'melder']) {
      await ask(echo('mag niet'), {}, `call.${name}`);
      assert.equal(reasonOf(await application.next(replies)), 'NOT_FOUND', name);
    }
    await ask(echo('mag'), { messageId: 'een' }, 'call.zaak');
    assert.match(String((await application.next(replies)).content), />mag</);
    await ask(echo('mag niet'), { messageId: 'een' }, 'call.belasting');
    assert.equal(reasonOf(await application.next(replies)), 'NOT_FOUND');
    assert.equal(pair.backend.calls.length, 1);
  });
});

/** Waits a twentieth. */
const hurried: Clock = {
  ...systemClock,
  now: () => systemClock.now(),
  schedule: (at, run) => systemClock.schedule(systemClock.now() + (at - systemClock.now()) / 20, run),
};
