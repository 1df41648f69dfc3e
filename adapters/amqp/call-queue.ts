import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { GatewayError, toGatewayError } from '../../src/index.ts';
import type { ApplicationAnswer, WusFault, WusUseCases, WrittenBody } from '../../src/index.ts';
import { QueueReader, type ReaderParts } from './queue-reader.ts';
import { problemReply, type Reply, sendReply } from './reply.ts';
import { replyAddressOf } from './reply-address.ts';
import type { ReadSender } from './senders.ts';
import type { AmqpSettings } from './settings.ts';
import { invalid, readKey, readPlainType, text } from './submission.ts';
import type { BrokerMessage, Delivery } from './transport.ts';

export interface CallQueueParts extends ReaderParts {
  readonly callPartner: WusUseCases['callPartner'];
  readonly caller: ReadSender;
}

/** What an application asks of a partner. */
interface CallRequest {
  /** Its message_id: what is handed out again has the same one. */
  readonly key: string;
  readonly service: string;
  readonly operation: string | undefined;
  readonly contentType: string;
  readonly content: Buffer;
}

interface Running {
  readonly digest: string;
  readonly reply: Promise<Reply>;
}

/** So many answers wait at most for a message that the broker hands out again. */
const MOST_KEPT = 1_000;

/**
 * What applications publish is asked of a partner, and the verified answer, or the problem, goes to the queue that they named. A call is
 * made once: what is handed out again joins the call that is under way, and one that this process knows nothing of, but the store does,
 * is answered with CALL_REPEATED. docs/adr/0021 says why.
 */
export function readCallQueue(parts: CallQueueParts): QueueReader {
  const running = new Map<string, Running>();
  return new QueueReader(parts, {
    queue: parts.caller.queue,
    refusedAs: parts.caller.key,
    handle: (delivery, lost) => handle(delivery, lost, { ...parts, running }),
  });
}

interface Calls extends CallQueueParts {
  readonly running: Map<string, Running>;
}

async function handle(delivery: Delivery, lost: AbortSignal, calls: Calls): Promise<void> {
  const to = replyAddressOf(delivery, calls.settings, calls.caller.replyTo);
  const { messageId = '' } = delivery.properties;
  const call = callOf(delivery, calls);
  await sendReply(await unlessLost(call.reply, lost), to, calls, lost);
  // What was refused may have the id of one that is under way.
  if (calls.running.get(messageId) === call) calls.running.delete(messageId);
}

/** `reply` rejects with BUSY and STORE_UNAVAILABLE: nothing was asked then, or the store says so when it is asked again. */
function callOf(delivery: Delivery, calls: Calls): Running {
  try {
    const request = readCall(delivery, calls.settings);
    const digest = digestOf(request);
    const known = calls.running.get(request.key);
    if (known !== undefined && known.digest !== digest)
      throw new GatewayError('IDEMPOTENCY_CONFLICT', { location: 'message_id' });
    return known ?? begin(request, digest, calls);
  } catch (thrown) {
    return {
      digest: '',
      reply: Promise.resolve(problemOf(thrown, { messageId: delivery.properties.messageId ?? '' }, calls)),
    };
  }
}

/** The same question has the same one. */
function digestOf({ service, operation, contentType, content }: CallRequest): string {
  const asked = JSON.stringify([service, operation ?? null, contentType]);
  return createHash('sha256').update(asked).update(content).digest('hex');
}

/** What the answer to a question is known by: its own message_id, and the call once it has begun. */
interface Named {
  messageId: string;
  headers?: Reply['headers'];
}

function problemOf(thrown: unknown, named: Named, { log }: Calls): Reply {
  const error = toGatewayError(thrown);
  if (error.code === 'BUSY' || error.code === 'STORE_UNAVAILABLE') throw error;
  if (error.code === 'INTERNAL') log.error({ ...named, err: error }, 'a call from the queue failed');
  return problemReply(error, named);
}

function begin(request: CallRequest, digest: string, calls: Calls): Running {
  const { running } = calls;
  // How it failed is kept as an answer is, for what is handed out again.
  const named: Named = { messageId: request.key };
  const reply = ask(request, named, calls).catch((thrown: unknown) => problemOf(thrown, named, calls));
  const call = { digest, reply };
  running.set(request.key, call);
  reply.catch(() => running.delete(request.key));
  const [oldest = ''] = running.keys();
  if (running.size > MOST_KEPT) running.delete(oldest);
  return call;
}

async function ask(
  { content, ...request }: CallRequest,
  named: Named,
  { callPartner, settings, caller }: Calls,
): Promise<Reply> {
  const answer = await callPartner({
    service: request.service,
    operation: request.operation,
    contentType: request.contentType,
    answerAs: undefined,
    body: Readable.from([content]),
    key: { application: caller.application, key: request.key },
    begun: ({ operation, messageId, consultation }) => {
      named.messageId = consultation;
      named.headers = { service: request.service, operation, messageId, consultation };
    },
    maxAnswerBytes: settings.inlineLimit,
  });
  try {
    return await replyOf(answer, request.service);
  } finally {
    await answer.release();
  }
}

async function replyOf(
  { operation, messageId, consultation, outcome }: ApplicationAnswer,
  service: string,
): Promise<Reply> {
  const headers = { service, operation, messageId, consultation };
  const known = { messageId: consultation, headers };
  if (outcome.kind === 'answer') return { ...known, type: 'answer', ...(await bodyOf(outcome.answer)) };
  const error = new GatewayError('WUS_FAULT', { detail: outcome.fault.faultstring });
  const problem = problemReply(error, { ...known, fault: faultOf(outcome.fault) });
  return outcome.envelope === undefined ? problem : { ...problem, ...(await bodyOf(outcome.envelope)) };
}

async function bodyOf({ contentType, body }: WrittenBody): Promise<Pick<Reply, 'contentType' | 'content'>> {
  return { contentType, content: body instanceof Uint8Array ? Buffer.from(body) : await buffer(body) };
}

function faultOf({ faultcode, faultstring, faultactor, detail }: WusFault): object {
  return { faultcode, faultstring, faultactor: faultactor ?? null, detail: detail.map((one) => one.toString('utf8')) };
}

/** Throws REQUEST_INVALID with the name of what must be mended, HTTP_TOO_LARGE. */
function readCall({ content, fault, properties, headers }: BrokerMessage, { inlineLimit }: AmqpSettings): CallRequest {
  if (fault !== undefined) throw invalid('body', fault);
  if (content.length > inlineLimit)
    throw new GatewayError('HTTP_TOO_LARGE', {
      location: 'body',
      detail: `a body of ${content.length} octets; at most ${inlineLimit}`,
    });
  const service = text(headers['service'], 'header service');
  if (service === undefined) throw invalid('header service', 'the header service is missing');
  const contentType = readPlainType(properties);
  if (contentType === undefined) throw invalid('content_type', 'the property content_type is missing');
  return {
    key: readKey(properties.messageId),
    service,
    operation: text(headers['operation'] ?? properties.type, 'header operation'),
    contentType,
    content,
  };
}

/** The call goes on, for who asks again. */
async function unlessLost<T>(work: Promise<T>, lost: AbortSignal): Promise<T> {
  lost.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onLost = (): void => reject(lost.reason);
  lost.addEventListener('abort', onLost, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    lost.removeEventListener('abort', onLost);
  }
}
