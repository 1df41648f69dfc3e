import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import type { Message } from 'rhea';
import { declareAll } from '../../../adapters/amqp/amqp091/declare.ts';
import { topology } from '../../../adapters/amqp/amqp091/topology.ts';
import { queueAddress, queueOf } from '../../../adapters/amqp/amqp10/addresses.ts';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { openQueueBackend, type QueueBackend } from '../../setup/amqp-backend.ts';
import { openQueueCaller, type QueueCaller } from '../../setup/amqp-caller.ts';
import { type Application10, bodyOf, openApplication10 } from '../../setup/amqp10-application.ts';
import { amqpSettings, openQueueApplication, type QueueApplication } from '../../setup/amqp-place.ts';
import { BROKER_HOOK_MS, type Broker, hasAmqp10, NO_AMQP10, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { echo, echoAnswer } from '../../setup/wus-pair.ts';

const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

describe('questions over AMQP 1.0', function () {
  this.timeout(BROKER_HOOK_MS);
  let broker: Broker;
  let operator: QueueApplication;
  let application: Application10;
  const opened: (QueueCaller | QueueBackend)[] = [];

  before(async function () {
    skipUnless(this, hasAmqp10(), NO_AMQP10);
    broker = await testBroker();
    operator = await openQueueApplication(broker.url);
    application = await openApplication10(broker.url);
  });
  afterEach(async () => {
    for (const place of opened.splice(0)) await place.close();
  });
  after(async () => {
    await application?.close();
    await operator?.close();
  });

  describe('to a partner', () => {
    let settings: AmqpSettings;
    let replies = '';

    beforeEach(async () => {
      const named = amqpSettings(broker.url, { protocol: '1.0' });
      settings = { ...named, callQueue: `${named.exchange}.call` };
      replies = `${settings.exchange}.replies`;
      await declareAll(operator.channel, topology(settings));
      await operator.channel.assertQueue(replies, QUORUM);
      opened.push(await openQueueCaller(settings));
    });

    const ask = (more: Partial<Message>): Promise<string> =>
      application.put(`${settings.exchange}.call`, {
        message_id: randomUUID(),
        correlation_id: 'mijn vraag',
        reply_to: queueAddress(replies),
        content_type: 'application/xml',
        application_properties: { service: 'echo' },
        ...question(),
        ...more,
      });

    for (const [how, address] of [
      ['its address', queueAddress],
      ['its name', (queue: string) => queue],
    ] as const) {
      it(`the verified answer lies in the queue that was named by ${how}, with the correlation_id of the question`, async () => {
        assert.equal(await ask({ reply_to: address(replies) }), 'accepted');
        const answer = await application.next(replies);
        assert.match(String(bodyOf(answer)), /^<e:echoAntwoord .*>hallo</);
        assert.partialDeepStrictEqual(answer, {
          correlation_id: 'mijn vraag',
          content_type: 'application/xml; charset=UTF-8',
          message_annotations: { 'x-basic-type': 'answer' },
          application_properties: { service: 'echo', operation: 'echo', consultation: answer.message_id },
        });
      });
    }

    it('what cannot be asked is answered with a problem', async () => {
      await ask({ application_properties: { service: 'anders' } });
      const problem = await application.next(replies);
      assert.equal(problem.content_type, 'application/problem+json');
      assert.equal(problem.application_properties?.['reason'], 'NOT_FOUND');
    });

    it('an answer whose queue is gone lies among the refused ones, with REPLY_UNDELIVERABLE', async () => {
      const gone = `${settings.exchange}.gone`;
      await ask({ reply_to: queueAddress(gone) });
      const letter = await application.next(settings.refused);
      assert.match(String(bodyOf(letter)), /echoAntwoord/);
      assert.partialDeepStrictEqual(letter.application_properties, { reason: 'REPLY_UNDELIVERABLE', replyTo: gone });
    });
  });

  describe('of a partner, to who reads a queue', () => {
    let settings: AmqpSettings;
    let requests = '';

    const open = async (timeoutMs: number): Promise<QueueBackend> => {
      const named = amqpSettings(broker.url, { protocol: '1.0' });
      settings = { ...named, answerQueue: `${named.exchange}.antwoorden` };
      await declareAll(operator.channel, topology(settings));
      requests = await operator.bind(settings, 'request.echo.echo');
      const place = await openQueueBackend(settings, timeoutMs);
      opened.push(place);
      await place.prepared.adapter.start();
      return place;
    };
    it('the first answer with its correlation_id is the answer; a second one lies among what is refused', async () => {
      const { provided } = await open(120_000);
      const asked = provided.send();
      const request = await application.next(requests);
      assert.match(String(bodyOf(request)), /^<e:echo .*>dag</);
      assert.equal(request.reply_to, queueAddress(String(settings.answerQueue)));
      assert.partialDeepStrictEqual(request.application_properties, { service: 'echo', operation: 'echo' });
      await giveAnswer(application, request, 'terug');
      const { answer: got } = await asked;
      assert.deepEqual([got.status, got.secured], [200, true]);
      assert.match(got.body.toString(), />terug</);
      await giveAnswer(application, request, 'nog eens');
      const refused = await application.next(settings.refused);
      assert.equal(refused.application_properties?.['reason'], 'ANSWER_UNEXPECTED');
    });

    it('without one the partner hears 0051, and the broker forgets the question', async () => {
      const { provided } = await open(300);
      const { answer } = await provided.send();
      assert.match(answer.fault?.faultstring ?? '', /^0051/);
      assert.equal((await provided.last()).code, 'BACKEND_TIMEOUT');
      while ((await operator.channel.checkQueue(requests)).messageCount > 0) await turn();
    });
  });
});

function question(): Pick<Message, 'body'> {
  return { body: rhea.message.data_section(Buffer.from(echo('hallo'))) };
}

function giveAnswer(by: Application10, { reply_to: to, correlation_id = '' }: Message, text: string): Promise<string> {
  return by.put(queueOf(String(to)) ?? '', {
    correlation_id,
    content_type: 'application/xml',
    body: rhea.message.data_section(Buffer.from(echoAnswer(text))),
  });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
