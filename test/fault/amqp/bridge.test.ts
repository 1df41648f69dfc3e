import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { amqpSettings, openQueueApplication, type QueueApplication } from '../../setup/amqp-place.ts';
import { openQueueSide, type QueueSide } from '../../setup/amqp-sides.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from '../../setup/msh-contracts.ts';
import { MovableClock, Routes, untilEvents, untilState } from '../../setup/msh-pair.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { meldingJson, meldingTranslation } from '../../setup/translations.ts';

const cpa = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(cpa);

describe('two gateways, and applications that know only queues', function () {
  this.timeout(30_000);
  const clock = new MovableClock();
  let application: QueueApplication;
  let sender: QueueSide;
  let receiver: QueueSide;

  before(async function () {
    this.timeout(BROKER_HOOK_MS);
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    const { url } = await testBroker();
    application = await openQueueApplication(url);
    const network = new Routes();
    const translation = await meldingTranslation();
    const open = (party: typeof gemeente): Promise<QueueSide> =>
      openQueueSide(party, amqpSettings(url, { inlineLimit: 100_000, events: true }), {
        cpas: [cpa],
        clock,
        network,
        routes: [{ destination: 'partner', json: { schema: 'melding.xsd', element: undefined }, translation }],
      });
    sender = await open(gemeente);
    receiver = await open(dienst);
  });

  after(async () => {
    await application?.close();
    for (const side of [sender, receiver]) await side?.close();
  });

  it('a document that one publishes lies in the queue of the other, under the MessageId of ebMS', async () => {
    const queue = await application.bind(receiver.settings, 'received.*.*');
    const document = randomBytes(5000);
    await application.send(sender.settings, CPA_ID, document, { correlationId: 'zaak-7', messageId: 'order-1' });
    const { content, properties, fields } = await application.next(queue);
    assert.deepEqual(content, document);
    assert.equal(fields.routingKey, `received.urn%3Aosb%3Aservices%3Aosb%3Amelding%3A1%2E0.${ACTION}`);
    assert.partialDeepStrictEqual(properties, {
      contentType: 'application/xml',
      correlationId: 'zaak-7',
      type: ACTION,
      deliveryMode: 2,
      headers: { cpaId: CPA_ID, fromPartyId: gemeente.key, toPartyId: dienst.key, action: ACTION },
    });
    assert.match(String(properties.headers?.['service']), new RegExp(`${SERVICE}$`));
    await untilState(sender.gateway, String(properties.messageId), 'DELIVERED');
    await untilState(receiver.gateway, String(properties.messageId), 'TAKEN');
    await application.channel.deleteQueue(queue);
  });

  it('a message that no queue is bound for stays RECEIVED with an event, and is published once one is', async () => {
    const failed = (await receiver.gateway.events()).filter(({ type }) => type === 'handover.failed').length;
    await application.send(sender.settings, CPA_ID, Buffer.from('unbound'));
    await untilEvents(receiver.gateway, 'handover.failed', failed + 1);
    const [waiting] = (await receiver.gateway.gateway.messages.list({ state: 'RECEIVED', limit: 1 })).items;
    assert.ok(waiting !== undefined);
    const queue = await application.bind(receiver.settings, 'received.#');
    clock.advance(2000);
    const { content, properties } = await application.next(queue);
    assert.deepEqual([String(content), properties.messageId], ['unbound', waiting.messageId]);
    await untilState(receiver.gateway, waiting.messageId, 'TAKEN');
    await application.channel.deleteQueue(queue);
  });

  it('a message that a full queue refuses stays RECEIVED, and is published once there is room', async () => {
    // A classic one: a quorum queue tells its publishers afterwards that it is full, so that a crowd may all come in.
    const queue = await application.bind(receiver.settings, 'received.#', {
      arguments: { 'x-queue-type': 'classic', 'x-max-length': 1, 'x-overflow': 'reject-publish' },
    });
    const failed = (await receiver.gateway.events()).filter(({ type }) => type === 'handover.failed').length;
    const delivered = (await sender.gateway.events()).filter(({ type }) => type === 'message.delivered').length;
    const sent = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const body of sent) await application.send(sender.settings, CPA_ID, Buffer.from(body));
    await untilEvents(receiver.gateway, 'handover.failed', failed + 1);
    // What is still on its way to the partner would grow old while the clock moves.
    await untilEvents(sender.gateway, 'message.delivered', delivered + sent.length);
    const found: string[] = [];
    while (found.length < sent.length) {
      const message = await application.look(queue);
      if (message !== undefined) found.push(String(message.content));
      clock.advance(2000);
    }
    assert.deepEqual(found.sort(), sent.toSorted());
    await application.channel.deleteQueue(queue);
  });

  it('several payloads come as multipart/related; what is longer than the limit is named and not sent along', async () => {
    const queue = await application.bind(receiver.settings, 'received.#');
    const body =
      '--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n';
    await application.send(sender.settings, CPA_ID, Buffer.from(body), {
      contentType: 'multipart/related; boundary=b',
    });
    const both = await application.next(queue);
    assert.match(String(both.properties.contentType), /^multipart\/related; /);
    assert.match(String(both.content), /<a\/>[^]*%PDF/);
    const writer = sender.gateway.gateway.messages.createPayload();
    await writer.write(randomBytes(100_001));
    const { messageId } = await sender.gateway.gateway.messages.submit({
      cpaId: CPA_ID,
      from: gemeente.key,
      service: SERVICE,
      action: ACTION,
      payloads: [{ contentType: 'application/zip', content: await writer.finish() }],
    });
    const long = await application.next(queue);
    assert.deepEqual([long.content.length, long.properties.messageId], [0, messageId]);
    assert.match(String(long.properties.headers?.['payloadUrl']), /^http:\/\/127\.0\.0\.1:8080\/api\/v1\/messages\//);
    await application.channel.deleteQueue(queue);
  });

  it('events are told as CloudEvents to whoever binds a queue for them, and to nobody else', async () => {
    const queue = await application.bind(sender.settings, 'event.message.delivered');
    const received = await application.bind(receiver.settings, 'received.#');
    await application.send(sender.settings, CPA_ID, Buffer.from('told'));
    const { messageId } = (await application.next(received)).properties;
    for (;;) {
      const { content, properties, fields } = await application.next(queue);
      assert.deepEqual(
        [fields.routingKey, properties.type, properties.contentType],
        ['event.message.delivered', 'message.delivered', 'application/cloudevents+json'],
      );
      const event: Readonly<Record<string, unknown>> = JSON.parse(String(content));
      assert.equal(event['id'], properties.messageId);
      if (event['subject'] === messageId) break;
    }
    await application.channel.deleteQueue(queue);
    await application.channel.deleteQueue(received);
  });

  it('events of many messages come in the order of their numbers, each once', async () => {
    const queue = await application.bind(sender.settings, 'event.#');
    const received = await application.bind(receiver.settings, 'received.#');
    const documents = Array.from({ length: 150 }, (_, index) => Buffer.from(`one of many: ${index}`));
    await Promise.all(documents.map((document) => application.send(sender.settings, CPA_ID, document)));
    const numbers: number[] = [];
    for (let delivered = 0; delivered < documents.length; ) {
      const { content, properties } = await application.next(queue);
      const { sequence }: { readonly sequence: string } = JSON.parse(String(content));
      numbers.push(Number(sequence));
      if (properties.type === 'message.delivered') delivered++;
    }
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
    await application.channel.deleteQueue(queue);
    await application.channel.deleteQueue(received);
  });

  it('the same message_id twice is one message', async () => {
    const queue = await application.bind(receiver.settings, 'received.#');
    for (const _ of [1, 2])
      await application.send(sender.settings, CPA_ID, Buffer.from('twice'), { messageId: 'order-2' });
    await application.send(sender.settings, CPA_ID, Buffer.from('last'), { messageId: 'order-3' });
    assert.deepEqual(
      [String((await application.next(queue)).content), String((await application.next(queue)).content)].sort(),
      ['last', 'twice'],
    );
    assert.equal(await application.look(sender.settings.refused), undefined);
    await application.channel.deleteQueue(queue);
  });

  it('what one publishes as JSON the other gets as XML, where the route says so', async () => {
    const queue = await application.bind(receiver.settings, 'received.*.*');
    const document = Buffer.from(JSON.stringify(meldingJson(1, 'dag')));
    await application.send(sender.settings, CPA_ID, document, { contentType: 'application/json' });
    const { content, properties } = await application.next(queue);
    assert.equal(properties.contentType, 'application/xml');
    assert.deepEqual((await meldingTranslation()).toJson(content), document);
    await untilState(sender.gateway, String(properties.messageId), 'DELIVERED');
    await untilState(receiver.gateway, String(properties.messageId), 'TAKEN');
    await application.channel.deleteQueue(queue);
  });

  it('a count of deliveries that the sender wrote itself says nothing', async () => {
    const queue = await application.bind(receiver.settings, 'received.#');
    await application.send(sender.settings, CPA_ID, Buffer.from('first'), { headers: { 'x-delivery-count': 50 } });
    assert.equal(String((await application.next(queue)).content), 'first');
    await application.channel.deleteQueue(queue);
  });

  const refused: readonly [
    why: string,
    options: Parameters<QueueApplication['send']>[3],
    reason: string,
    location?: string,
  ][] = [
    ['without cpaId', { headers: { cpaId: '' } }, 'REQUEST_INVALID', 'header cpaId'],
    ['under a contract that is not there', { headers: { cpaId: 'nobody' } }, 'CPA_UNKNOWN'],
    ['with a name of 60 KB', { headers: { cpaId: 'x'.repeat(60_000) } }, 'REQUEST_INVALID', 'header cpaId'],
    ['with headers of 60 KB', { headers: { cpaId: 'nobody', note: 'x'.repeat(60_000) } }, 'CPA_UNKNOWN'],
    ['for an action that was not agreed', { headers: { action: 'nothing' } }, 'ACTION_NOT_AGREED'],
    ['without message_id', { messageId: '' }, 'REQUEST_INVALID', 'message_id'],
    ['as a multipart that is none', { contentType: 'multipart/related; boundary=x' }, 'MIME_MALFORMED'],
    ['as JSON that its route cannot translate', { contentType: 'application/json' }, 'TRANSLATION_IMPOSSIBLE'],
    ['with the message_id of another', { messageId: 'order-3' }, 'IDEMPOTENCY_CONFLICT', 'message_id'],
  ];
  for (const [why, options, reason, location] of refused) {
    it(`a message ${why} lies among the refused ones, with ${reason} and what to do; those behind it go on`, async () => {
      const queue = await application.bind(receiver.settings, 'received.#');
      await application.send(sender.settings, CPA_ID, Buffer.from('bad'), options);
      await application.send(sender.settings, CPA_ID, Buffer.from('good'));
      assert.equal(String((await application.next(queue)).content), 'good');
      const { content, properties } = await application.next(sender.settings.refused);
      assert.equal(String(content), 'bad');
      assert.partialDeepStrictEqual(properties.headers, { reason, ...(location === undefined ? {} : { location }) });
      assert.ok(String(properties.headers?.['remedy']).length > 10);
      await application.channel.deleteQueue(queue);
    });
  }
});
