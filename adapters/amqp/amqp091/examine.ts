import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import type { Examine, Found, Wanted } from '../examined.ts';
import { connectTo } from './link.ts';
import { Publishing } from './publishing.ts';

const NOT_FOUND = 404;
const SAYS_WITHIN_MS = 5_000;

export const examine091: Examine = async (settings, wanted) => {
  const model = await connectTo(settings);
  model.on('error', () => undefined);
  try {
    const found: Found[] = [];
    for (const one of wanted) found.push(await look(model, one));
    const { product, version } = model.connection.serverProperties;
    return { broker: `${product} ${version}`, found, unanswerable: await tryAnswer(model) };
  } finally {
    await model.close().catch(() => undefined);
  }
};

/** Publishes to a queue that is not there: it comes back where the user may write to the default exchange. */
async function tryAnswer(model: ChannelModel): Promise<string | undefined> {
  const channel = await model.createConfirmChannel();
  const publishing = new Publishing(channel);
  channel.on('error', (error) => publishing.end(error));
  const routingKey = `postiljon.doctor.${randomUUID()}`;
  const nothing = { content: Buffer.alloc(0), properties: {}, headers: {} };
  const said = publishing.publish({ exchange: '', routingKey, mandatory: true, ...nothing });
  // One that takes nothing for now says nothing of this either.
  const outcome = await Promise.race([said, setTimeout(SAYS_WITHIN_MS, undefined, { ref: false })]);
  return outcome?.is === 'forbidden' ? outcome.why : undefined;
}

/** A channel is of no more use once something was not there. */
async function look(model: ChannelModel, wanted: Wanted): Promise<Found> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  try {
    if (wanted.kind === 'exchange') {
      await channel.checkExchange(wanted.name);
      await channel.close();
      return { ...wanted, there: true };
    }
    const { messageCount, consumerCount } = await channel.checkQueue(wanted.name);
    await channel.close();
    return { ...wanted, there: true, messages: messageCount, readers: consumerCount };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const missing = 'code' in error && error.code === NOT_FOUND;
    return { ...wanted, there: false, ...(missing ? {} : { fault: error.message }) };
  }
}
