import { GatewayError, toGatewayError } from '../../src/index.ts';
import type { MessageUseCases, StoredContent, SubmittedPayload } from '../../src/index.ts';
import { QueueReader, type ReaderParts } from './queue-reader.ts';
import type { ReadSender } from './senders.ts';
import { idempotencyOf, readSubmission, type Submission } from './submission.ts';

export interface SendQueueParts extends ReaderParts {
  readonly sender: ReadSender;
  /** Of this sender: what is not its own it cannot send. */
  readonly messages: Pick<MessageUseCases, 'createPayload' | 'discardPayload' | 'submit'>;
}

/**
 * What applications publish becomes messages, each stored before the broker hears of it. Handed out again after a crash, its
 * message_id finds what was stored. Messages of one conversation keep their order; others pass each other.
 */
export function readSendQueue(parts: SendQueueParts): QueueReader {
  const { settings, sender } = parts;
  return new QueueReader(parts, {
    queue: sender.queue,
    refusedAs: sender.key,
    lineOf: ({ properties }) => properties.correlationId,
    handle: (delivery) => store(readSubmission(delivery, settings, sender.replyTo), parts),
  });
}

async function store(submission: Submission, { messages, sender, log }: SendQueueParts): Promise<void> {
  const payloads = await keepAll(submission, messages);
  const idempotency = idempotencyOf(submission, payloads, sender.application);
  const submitted = messages.submit({ ...submission.terms, payloads, idempotency });
  const { messageId, repeated } = await submitted.catch((thrown: unknown) => {
    throw inOurWords(thrown);
  });
  log.debug({ messageId, key: submission.key, repeated }, 'a message from the queue is stored');
}

/** The key of idempotency is the message_id here. */
function inOurWords(thrown: unknown): GatewayError {
  const error = toGatewayError(thrown);
  const { code, detail, cause } = error;
  if (code !== 'IDEMPOTENCY_CONFLICT') return error;
  return new GatewayError(code, { location: 'message_id', ...(detail === undefined ? {} : { detail }), cause });
}

async function keepAll(
  { parts }: Submission,
  messages: SendQueueParts['messages'],
): Promise<readonly SubmittedPayload[]> {
  const payloads: SubmittedPayload[] = [];
  try {
    for (const { name, contentType, octets } of parts) {
      const content = await keep(octets, messages);
      payloads.push({ ...(name === undefined ? {} : { name }), contentType, content });
    }
    return payloads;
  } catch (error) {
    await Promise.all(payloads.map(({ content }) => messages.discardPayload(content)));
    throw error;
  }
}

async function keep(octets: Buffer, messages: SendQueueParts['messages']): Promise<StoredContent> {
  const writer = messages.createPayload();
  try {
    await writer.write(octets);
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
