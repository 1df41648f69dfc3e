import type { Adapter, AdapterHost, Handover, HandoverControl, WusUseCases } from '../../src/index.ts';
import { AnswerBackend } from './answer-backend.ts';
import { BrokerConnection } from './broker-connection.ts';
import { readCallQueue } from './call-queue.ts';
import { eventPublication, receivedPublication } from './publication.ts';
import { Publisher } from './publisher.ts';
import { deliverResponse } from './response.ts';
import type { QueueReader, ReaderParts } from './queue-reader.ts';
import { DESTINATION } from './reply-address.ts';
import { followEnds } from './reply-ends.ts';
import { readSendQueue } from './send-queue.ts';
import { callersOf, sendersOf } from './senders.ts';
import type { AmqpSettings } from './settings.ts';
import type { OpenLink } from './transport.ts';

export type { AmqpSettings, Sender } from './settings.ts';

/** Messages under way to the broker: enough for its confirms to come in crowds. */
const CONCURRENCY = 1024;
const EVENTS_AT_ONCE = 100;

/**
 * The inside world's door over AMQP 0-9-1 or 1.0: what is routed to `amqp` is published, what applications publish is sent, and
 * events are told. docs/amqp.md shows the mapping.
 */
export function createAmqpAdapter(
  host: AdapterHost,
  settings: AmqpSettings,
  wus: Pick<WusUseCases, 'callPartner' | 'usedBy'>,
): Required<Adapter> {
  const { gateway, clock, log, random } = host;
  const publisher = new Publisher(clock);
  const parts = { settings, publisher, clock, random, log };
  const sendQueues = sendersOf(settings).map((sender) => {
    const { messages } = sender.user === undefined ? gateway : gateway.usedBy(sender.user);
    return readSendQueue({ ...parts, sender, messages });
  });
  const callQueues = callersOf(settings).map((caller) => {
    const { callPartner } = caller.user === undefined ? wus : wus.usedBy(caller.user);
    return readCallQueue({ ...parts, caller, callPartner });
  });
  const applications = [...sendQueues, ...callQueues];
  const answers = readAnswers(host, parts);
  const stopping = new AbortController();
  const followers = [...follow(host, settings, publisher), followEnds(gateway, parts, stopping.signal)];
  const connection = new BrokerConnection({
    settings,
    openLink,
    users: [publisher, ...applications, ...answers],
    connected: () => {
      for (const follower of followers) follower.ready();
    },
    blocked: (reason) => publisher.block(reason),
    clock,
    random,
    log,
  });
  gateway.addHealth(() => connection.health());
  return {
    start: () => connection.start(),
    async drain() {
      await Promise.all(applications.map((queue) => queue.drain()));
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      await Promise.all(answers.map((reader) => reader.drain()));
      await connection.stop();
    },
  };
}

/** As the backend of provided services, where there are any that want it. */
function readAnswers({ backends }: AdapterHost, parts: ReaderParts): readonly QueueReader[] {
  const { settings, publisher, clock } = parts;
  const { exchange, answerQueue, inlineLimit } = settings;
  if (answerQueue === undefined) return [];
  const backend = new AnswerBackend({ exchange, answerQueue, inlineLimit }, publisher, clock);
  backends.serve(DESTINATION, backend);
  return [backend.reader(parts)];
}

function follow(
  { gateway, apiUrl, source, clock }: AdapterHost,
  settings: AmqpSettings,
  publisher: Publisher,
): HandoverControl[] {
  const { exchange, receiveQueue, inlineLimit } = settings;
  const base = (): string => (settings.apiUrl === undefined ? apiUrl() : `${settings.apiUrl}/api/v1`);
  const deliver: Handover['deliver'] = async (message) => {
    const terms = { exchange, receiveQueue, inlineLimit, apiUrl: base() };
    const publication = await receivedPublication(message, terms);
    if (message.replyTo === undefined) return publisher.publish(publication);
    return deliverResponse(publication, message.receivedAt, { publisher, clock, settings });
  };
  const messages = gateway.handovers.register(DESTINATION, { deliver }, { concurrency: CONCURRENCY });
  if (!settings.events) return [messages];
  const events = gateway.events.follow({
    name: DESTINATION,
    // Over 1.0 each address has a link of its own, and one of them could overtake another.
    crowd: settings.protocol === '0-9-1' ? EVENTS_AT_ONCE : 1,
    deliver: (event) => publisher.publish(eventPublication(event, exchange, source)),
  });
  return [messages, events];
}

/** Only the one that is spoken is loaded. */
const openLink: OpenLink = async (settings, watch) => {
  const { protocol } = settings;
  const open =
    protocol === '1.0'
      ? (await import('./amqp10/link.ts')).openLink10
      : (await import('./amqp091/link.ts')).openLink091;
  return open(settings, watch);
};
