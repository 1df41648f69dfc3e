import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { openLink10 } from '../../../adapters/amqp/amqp10/link.ts';
import { examineBroker } from '../../../adapters/amqp/examine.ts';
import { openQueueCaller, type QueueCaller } from '../../setup/amqp-caller.ts';
import { amqpSettings, openQueueApplication, type QueueApplication } from '../../setup/amqp-place.ts';
import {
  BROKER_HOOK_MS,
  type Broker,
  control,
  hasAmqp10,
  hasRabbitmq,
  NO_AMQP10,
  NO_RABBITMQ,
  testBroker,
} from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { echo } from '../../setup/wus-pair.ts';

const [USER, PASSWORD] = ['no-answers', 'secret'];

describe('a user of the broker that may not write to the default exchange', function () {
  this.timeout(BROKER_HOOK_MS);
  let broker: Broker;
  let application: QueueApplication;
  let settings: AmqpSettings;
  let place: QueueCaller;
  let replies = '';

  before(async function () {
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    broker = await testBroker();
    await control(broker, 'add_user', USER, PASSWORD);
    await permit('^(?!amq[.]default$).*');
    application = await openQueueApplication(broker.url);
    const url = broker.url.replace('guest:guest', `${USER}:${PASSWORD}`);
    const named = amqpSettings(url);
    settings = { ...named, callQueue: `${named.exchange}.call` };
    place = await openQueueCaller(settings);
    replies = `${settings.exchange}.replies`;
    await application.channel.assertQueue(replies, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  });
  after(async () => {
    await place?.close();
    await application?.close();
  });

  it('answers lie among the refused ones, with REPLY_UNDELIVERABLE and their queue; nothing else is hurt', async () => {
    for (const messageId of ['een', 'twee']) ask(messageId);
    const answers = [await application.next(settings.refused), await application.next(settings.refused)];
    for (const { content, properties } of answers) {
      assert.match(String(content), /echoAntwoord/);
      assert.partialDeepStrictEqual(properties.headers, { reason: 'REPLY_UNDELIVERABLE', replyTo: replies });
      assert.match(String(properties.headers?.['detail']), /amq\.default/);
    }
    const connections = place.prepared.logged.filter((line) => line === 'connected to the broker');
    assert.equal(connections.length, 1);
  });

  it('doctor says so beforehand, and what to do', async () => {
    assert.match((await examineBroker(settings)).unanswerable ?? '', /amq\.default/);
    assert.equal((await examineBroker({ ...settings, url: broker.url })).unanswerable, undefined);
  });

  it('over AMQP 1.0 an answer is as undeliverable, and the connection holds', async function () {
    skipUnless(this, hasAmqp10(), NO_AMQP10);
    const lost: Error[] = [];
    const watch = { lost: (why: Error) => void lost.push(why), blocked: () => undefined };
    const link = await openLink10({ ...settings, protocol: '1.0' }, watch);
    const answer = { exchange: '', routingKey: replies, mandatory: true, content: Buffer.from('x'), properties: {} };
    for (const attempt of [1, 2]) {
      const { is, why } = await link.publish({ ...answer, headers: { attempt } });
      assert.equal(is, 'forbidden');
      assert.match(String(why), /amq\.default/);
    }
    assert.deepEqual(lost, []);
    await link.close();
  });

  it('once it may, answers go where they were to go', async () => {
    await permit('.*');
    ask('drie');
    assert.match(String((await application.next(replies)).content), /echoAntwoord/);
  });

  const permit = (write: string): Promise<string> =>
    control(broker, 'set_permissions', '-p', '/', USER, '.*', write, '.*');

  function ask(correlationId: string): void {
    application.channel.publish(settings.exchange, 'call', Buffer.from(echo(correlationId)), {
      messageId: randomUUID(),
      correlationId,
      replyTo: replies,
      contentType: 'application/xml',
      headers: { service: 'echo' },
    });
  }
});
