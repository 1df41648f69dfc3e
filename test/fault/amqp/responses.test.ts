import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { ConsumeMessage, Options } from 'amqplib';
import { amqpSettings, openQueueApplication, type QueueApplication } from '../../setup/amqp-place.ts';
import { openQueueSide, type QueueSide } from '../../setup/amqp-sides.ts';
import { contract, cpaIdOf, dienst, gemeente, REPLY_ACTION, SERVICE } from '../../setup/msh-contracts.ts';
import { MovableClock, Routes, untilEvents, untilListed, untilState } from '../../setup/msh-pair.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';

const cpa = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(cpa);

describe('a message by queue whose response is wanted in a queue', function () {
  this.timeout(60_000);
  const clock = new MovableClock();
  const routes = new Routes();
  let application: QueueApplication;
  let here: QueueSide;
  let there: QueueSide;
  let replies = '';
  let received = '';

  before(async function () {
    this.timeout(BROKER_HOOK_MS);
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    const { url } = await testBroker();
    application = await openQueueApplication(url);
    const open = (party: typeof gemeente): Promise<QueueSide> =>
      openQueueSide(party, amqpSettings(url), { cpas: [cpa], clock, adapterClock: clock, network: routes });
    here = await open(gemeente);
    there = await open(dienst);
    received = await application.bind(there.settings, 'received.#');
  });
  beforeEach(async () => {
    replies = `replies-${randomUUID()}`;
    await application.channel.assertQueue(replies, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  });
  after(async () => {
    await application?.close();
    for (const side of [here, there]) await side?.close();
  });

  const send = (more: Options.Publish = {}): Promise<void> =>
    application.send(here.settings, CPA_ID, Buffer.from('<vraag/>'), { replyTo: replies, ...more });
  /** The application of the partner answers what it got. */
  const respond = async ({ properties }: ConsumeMessage, body: string, more: Options.Publish = {}): Promise<void> => {
    const headers = {
      cpaId: CPA_ID,
      fromPartyId: dienst.oin,
      service: SERVICE,
      action: REPLY_ACTION,
      refToMessageId: properties.messageId,
      ...more.headers,
    };
    const { correlationId } = properties;
    await application.send(there.settings, CPA_ID, Buffer.from(body), { correlationId, ...more, headers });
  };

  /** MessageId of the one that is not transmitted yet. */
  const queued = async (): Promise<string> => {
    const [one] = await untilListed(here.gateway, { state: 'QUEUED' }, 1);
    assert.ok(one !== undefined);
    return one.messageId;
  };

  it('the response of the partner lies there, with the correlation_id of the request', async () => {
    await send({ correlationId: 'zaak 12', messageId: 'order-1' });
    const request = await application.next(received);
    await respond(request, '<antwoord/>');
    const { content, properties } = await application.next(replies);
    assert.deepEqual(
      [String(content), properties.correlationId, properties.type],
      ['<antwoord/>', 'zaak 12', REPLY_ACTION],
    );
    assert.partialDeepStrictEqual(properties.headers, {
      refToMessageId: request.properties.messageId,
      conversationId: 'zaak 12',
      fromPartyId: dienst.key,
    });
    const found = await untilState(here.gateway, String(properties.messageId), 'TAKEN');
    assert.equal(found.destination, 'amqp');
  });

  it('without a correlation_id the message_id of the request comes back, and its conversation stands beside it', async () => {
    await send({ messageId: 'order-2' });
    await respond(await application.next(received), '<antwoord/>');
    const { correlationId, headers } = (await application.next(replies)).properties;
    assert.equal(correlationId, 'order-2');
    assert.notEqual(headers?.['conversationId'], 'order-2');
  });

  it('a response that names no message goes where the routes lead, also when one request alone wants an answer', async () => {
    const conversation = `zaak ${randomUUID()}`;
    await send({ correlationId: conversation });
    const unnamed = { headers: { refToMessageId: '' } };
    await respond(await application.next(received), '<een/>', unnamed);
    const waiting = await untilListed(here.gateway, { state: 'RECEIVED' }, 1);
    assert.deepEqual(
      waiting.map(({ conversationId, destination }) => [conversationId, destination]),
      [[conversation, 'inbox']],
    );
  });

  it('a queue that is gone leaves the response RECEIVED with an event, and it goes there once it is back', async () => {
    await send({ correlationId: 'weg' });
    const request = await application.next(received);
    await application.channel.deleteQueue(replies);
    await respond(request, '<later/>');
    await untilEvents(here.gateway, 'handover.failed', 1);
    await application.channel.assertQueue(replies, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    clock.advance(2_000);
    assert.equal(String((await application.next(replies)).content), '<later/>');
  });

  it('a queue that is gone for three days: the response lies among the refused ones, with a code and an event', async () => {
    await send({ correlationId: 'voorgoed' });
    const request = await application.next(received);
    await application.channel.deleteQueue(replies);
    const failures = (await here.gateway.events()).filter(({ type }) => type === 'handover.failed').length;
    await respond(request, '<te laat/>');
    await untilEvents(here.gateway, 'handover.failed', failures + 1);
    clock.advance(3 * 24 * 60 * 60_000);
    const { content, properties } = await application.next(here.settings.refused);
    assert.deepEqual([String(content), properties.correlationId], ['<te laat/>', 'voorgoed']);
    assert.partialDeepStrictEqual(properties.headers, {
      reason: 'REPLY_UNDELIVERABLE',
      replyTo: replies,
      refToMessageId: request.properties.messageId,
    });
    await untilState(here.gateway, String(properties.messageId), 'TAKEN');
    const told = (await here.gateway.events()).find(({ type }) => type === 'handover.dead-lettered');
    assert.partialDeepStrictEqual(told, {
      messageId: properties.messageId,
      data: { code: 'REPLY_UNDELIVERABLE', destination: 'amqp' },
    });
  });

  it('a request that ends without a response is told there, with a code: expired, and withdrawn', async () => {
    const back = there.gateway.url;
    routes.lead(dienst.endpoint, 'http://127.0.0.1:1/ebms');
    try {
      await send({ correlationId: 'nooit', messageId: 'order-5' });
      const messageId = await queued();
      while ((await here.gateway.gateway.messages.find(messageId, 'out')).state !== 'EXPIRED') {
        clock.advance(60_000);
        await turn();
      }
      const expired = await application.next(replies);
      assert.deepEqual(
        [expired.properties.correlationId, expired.properties.type, expired.properties.contentType],
        ['nooit', 'message.expired', 'application/problem+json'],
      );
      assert.partialDeepStrictEqual(expired.properties.headers, { reason: 'RETRIES_EXHAUSTED', messageId });
      assert.equal(JSON.parse(String(expired.content)).code, 'RETRIES_EXHAUSTED');
      await send({ correlationId: 'toch niet' });
      await here.gateway.gateway.messages.cancel(await queued());
      const cancelled = await application.next(replies);
      assert.deepEqual(
        [cancelled.properties.correlationId, cancelled.properties.type, cancelled.properties.headers?.['reason']],
        ['toch niet', 'message.cancelled', 'MESSAGE_CANCELLED'],
      );
    } finally {
      routes.lead(dienst.endpoint, back);
    }
  });

  it('a queue that is gone holds up what is told to others for no more than a second', async () => {
    const back = there.gateway.url;
    routes.lead(dienst.endpoint, 'http://127.0.0.1:1/ebms');
    try {
      for (const replyTo of [`weg-${randomUUID()}`, replies]) {
        await send({ correlationId: replyTo, replyTo });
        await here.gateway.gateway.messages.cancel(await queued());
      }
      const begun = clock.now();
      let told = await application.look(replies);
      while (told === undefined && clock.now() - begun < 7_000) {
        clock.advance(10);
        told = await application.look(replies);
      }
      assert.equal(told?.properties.correlationId, replies);
      const { headers } = (await application.next(here.settings.refused)).properties;
      assert.equal(headers?.['reason'], 'REPLY_UNDELIVERABLE');
    } finally {
      routes.lead(dienst.endpoint, back);
    }
  });

  it('a queue of the gateway is none to answer to', async () => {
    await send({ replyTo: here.settings.sendQueue });
    const { reason, location } = (await application.next(here.settings.refused)).properties.headers ?? {};
    assert.deepEqual([reason, location], ['REQUEST_INVALID', 'reply_to']);
  });
});
