import { randomUUID } from 'node:crypto';
import { type ChannelModel, connect, type ConsumeMessage } from 'amqplib';
import { type AmqpPlace, exchangeOf } from './amqp-place.ts';
import type { Steps } from './steps.ts';

export interface Bridged {
  /** MessageId of ebMS, and message_id in the queue of the receiver. */
  readonly messageId: string;
  /** message_id in the queue of the sender. */
  readonly key: string;
  readonly routingKey: string;
  readonly cpaId: string;
  /** From publish until the other application had it. */
  readonly bridgeMs: number;
}

const DOCUMENT = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<aanslag xmlns="urn:voorbeeld:belasting"><burger>J. de Één</burger><bedrag munt="€">1250</bedrag></aanslag>
`);
const QUEUE = 'belastingen';

/** One business document from a queue to another, by applications that know nothing else. */
export async function exchangeByQueue(place: AmqpPlace, steps: Steps): Promise<Bridged> {
  const connection = await connect(place.broker.url, { noDelay: true });
  try {
    return await exchange(connection, place, steps);
  } finally {
    await connection.close();
  }
}

async function exchange(connection: ChannelModel, place: AmqpPlace, steps: Steps): Promise<Bridged> {
  const [sender, receiver] = place.organisations;
  const { cpaId, service, action } = place.contract;
  const key = `aanslag-${randomUUID()}`;
  const { first } = await steps.step(`${receiver.name} binds its queue ${QUEUE} to received.*.*`, () =>
    listen(connection, exchangeOf(receiver)),
  );
  const started = performance.now();
  await steps.step(`${sender.name}: a legacy application publishes with key send`, async () => {
    const channel = await connection.createConfirmChannel();
    const headers = { cpaId, fromPartyId: sender.oin, service, action };
    const properties = { messageId: key, contentType: 'application/xml', persistent: true, mandatory: true };
    channel.publish(exchangeOf(sender), 'send', DOCUMENT, { ...properties, headers });
    await channel.waitForConfirms();
  });
  const { content, fields, properties } = await steps.step(
    'Signed, sent, verified, stored, acknowledged: it lies in the queue',
    () => first,
  );
  const bridgeMs = Math.round(performance.now() - started);
  if (!content.equals(DOCUMENT)) throw new Error('the document differs');
  const messageId = String(properties.messageId);
  await steps.step('Once the broker has confirmed it, the message is TAKEN', () =>
    untilTaken(receiver.apiUrl, messageId),
  );
  return { messageId, key, routingKey: fields.routingKey, cpaId, bridgeMs };
}

/** Resolves, once the queue is bound, with what will come. */
async function listen(
  connection: ChannelModel,
  exchangeName: string,
): Promise<{ readonly first: Promise<ConsumeMessage> }> {
  const channel = await connection.createChannel();
  await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(QUEUE, exchangeName, 'received.*.*');
  const { promise, resolve } = Promise.withResolvers<ConsumeMessage>();
  await channel.consume(QUEUE, (message) => {
    if (message === null) return;
    channel.ack(message);
    resolve(message);
  });
  return { first: promise };
}

async function untilTaken(apiUrl: string, messageId: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${apiUrl}/api/v1/messages/${encodeURIComponent(messageId)}?direction=in`);
    const message: Readonly<Record<string, unknown>> = JSON.parse(await response.text());
    if (message['state'] === 'TAKEN') return;
    if (message['state'] !== 'RECEIVED') throw new Error(`the message is ${JSON.stringify(message)}`);
  }
}
