import assert from 'node:assert/strict';
import type { AmqpSettings, Sender } from '../../../adapters/amqp/amqp-adapter.ts';
import { systemClock } from '../../../src/clock.ts';
import {
  amqpSettings,
  openQueueApplication,
  type PreparedAdapter,
  prepareAdapter,
  type QueueApplication,
} from '../../setup/amqp-place.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from '../../setup/msh-contracts.ts';
import { openPartyGateway, untilListed } from '../../setup/msh-pair.ts';
import { BROKER_HOOK_MS, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import type { TestGateway } from '../../setup/test-gateway.ts';

const cpa = contract({ profile: 'osb-rm' });
const CPA_ID = cpaIdOf(cpa);
const ALL = { parties: undefined, services: undefined, actions: undefined };

/** The gateway speaks for both parties; each queue is of an application that may send something else. */
describe('queues with rights', function () {
  this.timeout(30_000);
  let application: QueueApplication;
  let settings: AmqpSettings;
  let gateway: TestGateway;
  let prepared: PreparedAdapter | undefined;

  before(async function () {
    this.timeout(BROKER_HOOK_MS);
    skipUnless(this, hasRabbitmq(), NO_RABBITMQ);
    const { url } = await testBroker();
    application = await openQueueApplication(url);
    settings = amqpSettings(url);
    const sender = (name: string, rights: Partial<Sender>): Sender => ({
      name,
      queue: `${settings.sendQueue}.${name}`,
      ...ALL,
      ...rights,
    });
    settings = {
      ...settings,
      senders: [
        sender('belasting', { parties: [gemeente.key] }),
        sender('ander', { parties: [dienst.key] }),
        sender('dienst', { services: ['urn:osb:services:iets:anders'] }),
        sender('actie', { actions: ['niets'] }),
        sender('alles', {}),
      ],
    };
    prepared = prepareAdapter(settings, systemClock);
    gateway = await openPartyGateway(gemeente, {
      parties: [gemeente.key, dienst.key],
      cpas: [cpa],
      prepare: prepared.prepare,
    });
    await prepared.adapter.start();
  });

  after(async () => {
    await prepared?.adapter.drain();
    await prepared?.adapter.stop();
    await gateway?.close();
    await application?.close();
  });

  for (const name of ['belasting', 'alles']) {
    it(`send what they may: ${name}`, async () => {
      const before = await submitted();
      await send(name, 'mine');
      await untilSubmitted(before.length + 1);
      assert.equal(await application.look(settings.refused), undefined);
    });
  }

  for (const [name, what] of [
    ['ander', 'party'],
    ['dienst', 'service'],
    ['actie', 'action'],
  ] as const) {
    it(`get what is not their own back among the refused, with the code and the reason: ${what}`, async () => {
      const before = await submitted();
      await send(name, 'not mine');
      const { content, properties, fields } = await application.next(settings.refused);
      assert.deepEqual([String(content), fields.routingKey], ['not mine', `send.${name}`]);
      const { reason, detail } = properties.headers ?? {};
      assert.equal(reason, 'NOT_ALLOWED');
      assert.equal(detail, `application ${name} may not send ${ACTION} of ${SERVICE} for ${gemeente.key}`);
      assert.equal((await submitted()).length, before.length);
    });
  }

  it('count their message_ids by themselves, so that none learns of those of another', async () => {
    const before = await submitted();
    for (const name of ['belasting', 'alles']) await send(name, `of ${name}`, 'order-1');
    await untilSubmitted(before.length + 2);
    assert.equal(await application.look(settings.refused), undefined);
  });

  it('are the only ones that are read: nobody sends by the queue of all', async () => {
    await application.channel.assertQueue(settings.sendQueue, { durable: true });
    await application.channel.bindQueue(settings.sendQueue, settings.exchange, 'send');
    await application.send(settings, CPA_ID, Buffer.from('nobody'));
    const before = await submitted();
    await send('alles', 'after it');
    await untilSubmitted(before.length + 1);
    assert.equal((await application.channel.checkQueue(settings.sendQueue)).messageCount, 1);
  });

  async function send(name: string, body: string, messageId = body): Promise<void> {
    const headers = { cpaId: CPA_ID, fromPartyId: gemeente.oin, service: SERVICE, action: ACTION };
    application.channel.publish(settings.exchange, `send.${name}`, Buffer.from(body), {
      persistent: true,
      mandatory: true,
      messageId: messageId.replaceAll(' ', '-'),
      headers,
    });
    await application.channel.waitForConfirms();
  }

  async function untilSubmitted(count: number): Promise<void> {
    await untilListed(gateway, { direction: 'out' }, count);
  }

  async function submitted(): Promise<readonly unknown[]> {
    return (await gateway.gateway.messages.list({ direction: 'out', limit: 100 })).items;
  }
});
