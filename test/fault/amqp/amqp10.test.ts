import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { queueAddress } from '../../../adapters/amqp/amqp10/addresses.ts';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { declareAll } from '../../../adapters/amqp/amqp091/declare.ts';
import { topology } from '../../../adapters/amqp/amqp091/topology.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { type Application10, bodyOf, openApplication10 } from '../../setup/amqp10-application.ts';
import {
  amqpSettings,
  openQueueApplication,
  type PreparedAdapter,
  prepareAdapter,
  type QueueApplication,
} from '../../setup/amqp-place.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, REPLY_ACTION } from '../../setup/msh-contracts.ts';
import { MovableClock, openPartyGateway, Routes, untilEvents, untilState } from '../../setup/msh-pair.ts';
import { BROKER_HOOK_MS, type Broker, hasAmqp10, NO_AMQP10, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const cpa = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(cpa);
const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

/** One gateway for both parties, so that every document passes both ways of the bridge. */
describe('a gateway that speaks AMQP 1.0', function () {
  this.timeout(BROKER_HOOK_MS);
  const clock = new MovableClock();
  let broker: Broker;
  let operator: QueueApplication;
  let application: Application10;
  let settings: AmqpSettings;
  let gateway: TestGateway;
  /** The one that lives through a broker that is killed. */
  let lost: Place;
  let queue = '';
  const opened: (() => Promise<void>)[] = [];

  before(async function () {
    skipUnless(this, hasAmqp10(), NO_AMQP10);
    broker = await testBroker();
    operator = await openQueueApplication(broker.url);
    lost = await place({}, systemClock);
    await operator.channel.assertQueue(lost.queue, QUORUM);
    // Killed soon after a quorum queue was declared, RabbitMQ 3.10 comes back with one that answers nothing.
    await broker.stop();
    await broker.start();
    operator = await openQueueApplication(broker.url);
    application = await openApplication10(broker.url);
    await lost.prepared.adapter.start();
    settings = { ...amqpSettings(broker.url), protocol: '1.0', events: true };
    queue = `${settings.exchange}.received`;
    settings = { ...settings, receiveQueue: queue };
    await declare(settings);
    await operator.channel.assertQueue(queue, QUORUM);
    const first = await open(settings);
    ({ gateway } = first);
    await first.prepared.adapter.start();
  });

  after(async () => {
    for (const close of opened.splice(0)) await close();
    await application?.close();
    await operator?.close();
  });

  it('passes a document from queue to queue, octet for octet, under one MessageId', async () => {
    const document = randomBytes(5000);
    const outcome = await application.send(settings, CPA_ID, document, {
      message_id: 'order-1',
      correlation_id: 'zaak-7',
    });
    assert.equal(outcome, 'accepted');
    const message = await application.next(queue);
    assert.deepEqual(bodyOf(message), document);
    assert.partialDeepStrictEqual(message, {
      durable: true,
      correlation_id: 'zaak-7',
      content_type: 'application/xml',
      message_annotations: { 'x-basic-type': ACTION },
      application_properties: { cpaId: CPA_ID, fromPartyId: gemeente.key, toPartyId: dienst.key, action: ACTION },
    });
    const messageId = String(message['message_id']);
    await untilState(gateway, messageId, 'TAKEN');
    assert.equal((await gateway.gateway.messages.find(messageId, 'out')).messageId, messageId);
  });

  const bodies: readonly [what: string, body: unknown, text: string][] = [
    ['text, as JMS sends it,', '<a>één</a>', '<a>één</a>'],
    ['no body', undefined, ''],
  ];
  for (const [what, body, text] of bodies) {
    it(`reads ${what} as a payload`, async () => {
      await application.send(settings, CPA_ID, body);
      assert.equal(String(bodyOf(await application.next(queue))), text);
    });
  }

  it('tells events to whoever binds a queue for them', async () => {
    const events = await operator.bind(settings, 'event.message.taken');
    await application.send(settings, CPA_ID, Buffer.from('told'));
    const { message_id: messageId } = await application.next(queue);
    for (;;) {
      const { properties, content } = await operator.next(events);
      assert.equal(properties.contentType, 'application/cloudevents+json');
      if (JSON.parse(String(content)).subject === messageId) break;
    }
  });

  const refused: readonly [why: string, body: unknown, more: Readonly<Record<string, unknown>>, reason: string][] = [
    ['without cpaId', Buffer.from('bad'), { application_properties: { cpaId: '' } }, 'REQUEST_INVALID'],
    ['without message_id', Buffer.from('bad'), { message_id: null }, 'REQUEST_INVALID'],
    ['whose body is a map', { a: 1 }, {}, 'REQUEST_INVALID'],
  ];
  for (const [why, body, more, reason] of refused) {
    it(`puts a message ${why} among the refused ones, with ${reason}, and those behind it go on`, async () => {
      await application.send(settings, CPA_ID, body, more);
      await application.send(settings, CPA_ID, Buffer.from('good'));
      assert.equal(String(bodyOf(await application.next(queue))), 'good');
      const { application_properties: headers = {} } = await application.next(settings.refused);
      assert.equal(headers.reason, reason);
      assert.ok(String(headers.remedy).length > 10);
    });
  }

  it('puts octets that are no message of AMQP 1.0 among the refused ones, and those behind them go on', async () => {
    // RabbitMQ passes the body of such a message on as it is.
    const options = { type: 'amqp-1.0', messageId: 'broken', persistent: true };
    operator.channel.publish(settings.exchange, 'send', Buffer.from([0xff, 0xfe, 0, 1]), options);
    await operator.channel.waitForConfirms();
    await application.send(settings, CPA_ID, Buffer.from('good'));
    assert.equal(String(bodyOf(await application.next(queue))), 'good');
    const broken = await application.next(settings.refused);
    assert.equal(broken.application_properties?.['reason'], 'REQUEST_INVALID');
    // The broker has put its own sections before them.
    assert.deepEqual(bodyOf(broken).subarray(-4), Buffer.from([0xff, 0xfe, 0, 1]));
  });

  it('the response of the partner goes to the queue that reply_to names, with the correlation_id of its request', async () => {
    const replies = `${settings.exchange}.replies`;
    await operator.channel.assertQueue(replies, QUORUM);
    await application.send(settings, CPA_ID, Buffer.from('vraag'), {
      reply_to: queueAddress(replies),
      correlation_id: 'zaak-9',
    });
    const request = await application.next(queue);
    await application.send(settings, CPA_ID, Buffer.from('antwoord'), {
      application_properties: {
        fromPartyId: dienst.oin,
        action: REPLY_ACTION,
        refToMessageId: request['message_id'],
      },
    });
    const response = await application.next(replies);
    assert.equal(String(bodyOf(response)), 'antwoord');
    assert.partialDeepStrictEqual(response, {
      correlation_id: 'zaak-9',
      application_properties: { refToMessageId: request['message_id'], fromPartyId: dienst.key },
    });
  });

  it('a message for a queue that is not there stays RECEIVED with an event, and goes once it is', async () => {
    const away = await gone();
    await application.send(away.settings, CPA_ID, Buffer.from('unroutable'));
    await untilEvents(away.gateway, 'handover.failed', 1);
    const [waiting] = (await away.gateway.gateway.messages.list({ state: 'RECEIVED', limit: 1 })).items;
    assert.ok(waiting !== undefined);
    await operator.channel.assertQueue(away.queue, QUORUM);
    clock.advance(2000);
    const message = await application.next(away.queue);
    assert.deepEqual([String(bodyOf(message)), message['message_id']], ['unroutable', waiting.messageId]);
    await untilState(away.gateway, waiting.messageId, 'TAKEN');
  });

  it('a message for a queue that is full stays RECEIVED with an event, and what else is under way goes on', async () => {
    const full = await place({});
    const limits = { 'x-queue-type': 'classic', 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    await operator.channel.assertQueue(full.queue, { durable: true, arguments: limits });
    await full.prepared.adapter.start();
    for (const body of ['fits', 'waits']) await application.send(full.settings, CPA_ID, Buffer.from(body));
    await untilEvents(full.gateway, 'handover.failed', 1);
    assert.equal(full.prepared.logged.filter((line) => line === 'connected to the broker').length, 1);
    // What was confirmed when the connection ended comes again, under the same id.
    const ids = new Map<string, unknown>();
    while (ids.size < 2) {
      clock.advance(2000);
      const message = await application.next(full.queue);
      const body = String(bodyOf(message));
      assert.equal(message['message_id'], ids.get(body) ?? message['message_id']);
      ids.set(body, message['message_id']);
    }
    assert.deepEqual([...ids.keys()].toSorted(), ['fits', 'waits']);
  });

  it('hands nothing over by an exchange to a broker that does not say when no queue takes it', async () => {
    const by = await place({ receiveQueue: undefined });
    await by.prepared.adapter.start();
    await application.send(by.settings, CPA_ID, Buffer.from('by exchange'));
    await untilEvents(by.gateway, 'handover.failed', 1);
    const [failed] = (await by.gateway.events()).filter(({ type }) => type === 'handover.failed');
    assert.match(JSON.stringify(failed), /receiveQueue/);
  });

  for (const what of ['exchange', 'queue'] as const) {
    it(`stops the start when the ${what} is not there, with its name`, async () => {
      const missing = amqpSettings(broker.url, { protocol: '1.0' });
      if (what === 'queue') await declare(missing);
      if (what === 'queue') await operator.channel.deleteQueue(missing.sendQueue);
      const { prepared: other } = await open(missing);
      await assert.rejects(other.adapter.start(), {
        code: 'BROKER_TOPOLOGY',
        location: what === 'queue' ? `queue ${missing.sendQueue}` : `exchange ${missing.exchange}`,
      });
    });
  }

  for (const [how, ended] of [
    ['kill', 'killed'],
    ['stop', 'stopped'],
  ] as const) {
    it(`every document arrives, each under one MessageId, though the broker is ${ended} in between`, async () => {
      const sent = Array.from({ length: 40 }, (_, n) => `${ended}-${n}`);
      for (const body of sent) await application.send(lost.settings, CPA_ID, Buffer.from(body), { message_id: body });
      const ids = new Map<string, string>();
      const note = (message: Awaited<ReturnType<Application10['next']>>): void => {
        const body = String(bodyOf(message));
        const messageId = String(message['message_id']);
        assert.equal(messageId, ids.get(body) ?? messageId);
        ids.set(body, messageId);
      };
      note(await application.next(lost.queue));
      await broker[how]();
      await broker.start();
      application = await openApplication10(broker.url);
      operator = await openQueueApplication(broker.url);
      while (ids.size < sent.length) note(await application.next(lost.queue));
      assert.deepEqual([...ids.keys()].sort(), sent.toSorted());
      assert.equal(new Set(ids.values()).size, sent.length);
    });
  }

  interface Place {
    readonly settings: AmqpSettings;
    readonly queue: string;
    readonly gateway: TestGateway;
    readonly prepared: PreparedAdapter;
  }

  /** A gateway whose queue of received messages is not there. */
  async function gone(): Promise<Place> {
    const found = await place({});
    await found.prepared.adapter.start();
    return found;
  }

  async function place(more: Partial<AmqpSettings>, at: Clock = clock): Promise<Place> {
    const own = amqpSettings(broker.url);
    const away = `${own.exchange}.received`;
    const wanted: AmqpSettings = { ...own, protocol: '1.0', receiveQueue: away, ...more };
    await declare(wanted);
    return { settings: wanted, queue: away, ...(await open(wanted, at)) };
  }

  async function declare(names: AmqpSettings): Promise<void> {
    await declareAll(operator.channel, topology(names));
  }

  async function open(own: AmqpSettings, at: Clock = clock): Promise<Pick<Place, 'gateway' | 'prepared'>> {
    const adapter = prepareAdapter(own, systemClock);
    const routes = new Routes();
    const found = await openPartyGateway(gemeente, {
      parties: [gemeente.key, dienst.key],
      cpas: [cpa],
      clock: at,
      transport: routes.transport(),
      routes: [{ destination: 'amqp' }],
      prepare: adapter.prepare,
    });
    for (const party of [gemeente, dienst]) routes.lead(party.endpoint, found.url);
    opened.push(async () => {
      await adapter.adapter.drain();
      await found.gateway.handovers.stop();
      await adapter.adapter.stop();
      await found.close();
    });
    return { gateway: found, prepared: adapter };
  }
});
