import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import type { AmqpSettings } from '../../../adapters/amqp/amqp-adapter.ts';
import { openQueueBackend, type QueueBackend } from '../../setup/amqp-backend.ts';
import { amqpSettings, openQueueApplication, type QueueApplication, restartBroker } from '../../setup/amqp-place.ts';
import { freePort } from '../../setup/gateway-process.ts';
import { BROKER_HOOK_MS, type Broker, hasRabbitmq, NO_RABBITMQ, testBroker } from '../../setup/servers/rabbitmq.ts';
import { skipUnless } from '../../setup/skip.ts';
import { CONSUMER_OIN } from '../../setup/wus-keys.ts';
import { ECHO_ACTION, echo, echoAnswer } from '../../setup/wus-pair.ts';

const UNAVAILABLE = '0051 The service is not available now.';
const LONG_MS = 120_000;

describe('a queue as the backend of a provided service', function () {
  this.timeout(2 * BROKER_HOOK_MS);
  let broker: Broker;
  let application: QueueApplication;
  let settings: AmqpSettings;
  let place: QueueBackend | undefined;

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

  const open = async (timeoutMs = LONG_MS, of = answering(broker.url)): Promise<QueueBackend> => {
    settings = of;
    place = await openQueueBackend(settings, timeoutMs);
    await place.prepared.adapter.start();
    return place;
  };
  const bind = (pattern = 'request.#'): Promise<string> => application.bind(settings, pattern);
  const answer = async ({ properties }: ConsumeMessage, body: string, more: object = {}): Promise<void> => {
    const { correlationId, replyTo } = properties;
    const known = { correlationId, contentType: 'application/xml', persistent: true };
    application.channel.publish('', String(replyTo), Buffer.from(body), { ...known, ...more });
    await application.channel.waitForConfirms();
  };

  it('the verified body lies in the queue with all that is known of it, and what is answered is the answer', async () => {
    const { provided } = await open();
    const queue = await bind('request.echo.echo');
    const asked = provided.send();
    const request = await application.next(queue);
    assert.match(String(request.content), /^<e:echo .*>dag</);
    const { replyTo, correlationId, messageId, headers, ...properties } = request.properties;
    assert.equal(replyTo, settings.answerQueue);
    assert.match(String(correlationId), /^[0-9a-f-]{36}$/);
    assert.partialDeepStrictEqual(properties, {
      contentType: 'application/xml; charset=UTF-8',
      type: 'echo',
      deliveryMode: 2,
      expiration: String(LONG_MS),
    });
    assert.deepEqual(headers, {
      service: 'echo',
      operation: 'echo',
      action: ECHO_ACTION,
      partner: CONSUMER_OIN,
      messageId,
    });
    await answer(request, echoAnswer('terug'));
    const { answer: got, messageId: sent } = await asked;
    assert.deepEqual([got.status, got.secured, messageId], [200, true, sent]);
    assert.match(got.body.toString(), />terug</);
  });

  const unusable: readonly [string, string, object][] = [
    ['no element of the WSDL', '<x/>', {}],
    ['a status that says no', echoAnswer('x'), { headers: { status: 503 } }],
    ['a status that is none', echoAnswer('x'), { headers: { status: 'ok' } }],
    ['a status that is a table', echoAnswer('x'), { headers: { status: { valueOf: 'x', toString: 'x' } } }],
    ['a body without a content_type', echoAnswer('x'), { contentType: undefined }],
    ['more than the service may say', echoAnswer('x'.repeat(1024 * 1024)), {}],
  ];
  for (const [what, body, more] of unusable) {
    it(`${what} is no answer: the partner hears 0051`, async () => {
      const { provided } = await open();
      const queue = await bind();
      const asked = provided.send();
      await answer(await application.next(queue), body, more);
      assert.equal((await asked).answer.fault?.faultstring, UNAVAILABLE);
      assert.equal((await provided.last()).code, 'BACKEND_ANSWER');
    });
  }

  it('a second answer, one to nobody, and one that comes late change nothing, and lie among what is refused', async () => {
    const { provided } = await open(LONG_MS);
    const queue = await bind();
    const asked = provided.send();
    const request = await application.next(queue);
    await answer(request, echoAnswer('eerste'));
    assert.match((await asked).answer.body.toString(), />eerste</);
    await answer(request, echoAnswer('tweede'));
    await answer(request, echoAnswer('vreemd'), { correlationId: randomUUID() });
    await answer(request, echoAnswer('naamloos'), { correlationId: undefined });
    const late: string[] = [];
    for (const _ of [1, 2, 3]) {
      const { content, properties, fields } = await application.next(settings.refused);
      assert.deepEqual([properties.headers?.['reason'], fields.routingKey], ['ANSWER_UNEXPECTED', 'answer']);
      late.push(/>(\w+)</.exec(String(content))?.[1] ?? '');
    }
    assert.deepEqual(late.sort(), ['naamloos', 'tweede', 'vreemd']);
  });

  it('nothing waits for ever: no answer in time is 0051, and the answer that comes then is refused', async () => {
    const { provided } = await open(300);
    const queue = await bind();
    const asked = provided.send();
    const request = await application.next(queue);
    const { answer: got } = await asked;
    assert.deepEqual([got.fault?.faultstring, got.headers['retry-after']], [UNAVAILABLE, '30']);
    assert.equal((await provided.last()).code, 'BACKEND_TIMEOUT');
    await answer(request, echoAnswer('te laat'));
    const { properties } = await application.next(settings.refused);
    assert.equal(properties.headers?.['reason'], 'ANSWER_UNEXPECTED');
  });

  it('a queue that nobody has bound is 0051 at once, with Retry-After; so is a request that is too long', async () => {
    const { provided } = await open(LONG_MS, answering(broker.url, { inlineLimit: 1000 }));
    const { answer: got } = await provided.send();
    assert.deepEqual([got.fault?.faultstring, got.headers['retry-after']], [UNAVAILABLE, '30']);
    const { code, detail } = await provided.last();
    assert.equal(code, 'BACKEND_UNREACHABLE');
    assert.match(String(detail), /no queue is bound/);
    await provided.send({ body: echo('x'.repeat(1000)) });
    assert.equal((await provided.last()).code, 'BACKEND_LIMIT');
  });

  it('two gateways with the same names at one broker: each gets the answers to what it asked itself', async () => {
    const { provided: one } = await open();
    const second = await openQueueBackend({ ...settings, answerQueue: answerQueueOf(settings) }, LONG_MS);
    await second.prepared.adapter.start();
    try {
      const queue = await bind();
      const asked = [one, second.provided].map((provided, n) => provided.send({ body: echo(`van ${n}`) }));
      for (const _ of asked) {
        const request = await application.next(queue);
        await answer(request, echoAnswer(/van \d/.exec(String(request.content))?.[0] ?? ''));
      }
      const bodies = await Promise.all(asked.map(async (each) => (await each).answer.body.toString()));
      assert.deepEqual(
        bodies.map((body) => />(van \d)</.exec(body)?.[1]),
        ['van 0', 'van 1'],
      );
      assert.equal(await application.look(settings.refused), undefined);
    } finally {
      await second.close();
    }
  });

  it('a broker that is killed while an answer is awaited: it comes when the broker is back; meanwhile 0051', async () => {
    const opened = await open();
    const { provided } = opened;
    const queue = await bind();
    application = await restartBroker(broker, application, opened.prepared);
    const asked = provided.send();
    const request = await application.next(queue);
    await application.close();
    await broker.kill();
    const { answer: got } = await provided.send();
    assert.deepEqual([got.fault?.faultstring, got.headers['retry-after']], [UNAVAILABLE, '30']);
    await broker.start();
    application = await openQueueApplication(broker.url);
    await answer(request, echoAnswer('toch'));
    assert.match((await asked).answer.body.toString(), />toch</);
  });

  it('a broker that is not there is 0051, with Retry-After', async () => {
    const { provided } = await open(LONG_MS, answering(`amqp://guest:guest@127.0.0.1:${await freePort()}`));
    const { answer: got } = await provided.send();
    assert.deepEqual([got.fault?.faultstring, got.headers['retry-after']], [UNAVAILABLE, '30']);
    assert.equal((await provided.last()).code, 'BACKEND_UNREACHABLE');
  });
});

function answering(url: string, more: Partial<AmqpSettings> = {}): AmqpSettings {
  const settings = amqpSettings(url, more);
  return { ...settings, answerQueue: answerQueueOf(settings) };
}

function answerQueueOf({ exchange }: Pick<AmqpSettings, 'exchange'>): string {
  return `${exchange}.answers.${randomUUID()}`;
}
