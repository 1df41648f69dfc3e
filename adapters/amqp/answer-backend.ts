import { buffer } from 'node:stream/consumers';
import { GatewayError, newId } from '../../src/index.ts';
import type { Backend, BackendAnswer, BackendRequest, Clock } from '../../src/index.ts';
import type { Publisher } from './publisher.ts';
import { QueueReader, type ReaderParts } from './queue-reader.ts';
import { ANSWER_KEY, requestKey, SHORT_OCTETS, short } from './routing-key.ts';
import type { BrokerMessage, Publication } from './transport.ts';

export interface AnswerBackendTerms {
  readonly exchange: string;
  /** Where answers come: a queue of this process, which no other one reads. */
  readonly answerQueue: string;
  readonly inlineLimit: number;
}

interface Waiting {
  readonly request: BackendRequest;
  readonly resolve: (answer: BackendAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The applications behind provided services of WUS, by queue: a request is published with reply_to and a correlation_id that nobody
 * can guess, and the first message that brings that id back in time is its answer.
 */
export class AnswerBackend implements Backend {
  readonly #terms: AnswerBackendTerms;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(terms: AnswerBackendTerms, publisher: Publisher, clock: Clock) {
    this.#terms = terms;
    this.#publisher = publisher;
    this.#clock = clock;
  }

  /** Reads the queue of answers: what nobody waits for lies among what is refused, and changes nothing. */
  reader(parts: ReaderParts): QueueReader {
    return new QueueReader(parts, {
      queue: this.#terms.answerQueue,
      refusedAs: ANSWER_KEY,
      handle: async (delivery) => this.#answer(delivery),
    });
  }

  readonly call = async (request: BackendRequest): Promise<BackendAnswer> => {
    const { timeoutMs, signal } = request;
    const content = await contentOf(request, this.#terms.inlineLimit);
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<BackendAnswer>();
    const correlationId = newId();
    const onAbort = (): void => reject(signal?.reason);
    const cancel = this.#clock.schedule(this.#clock.now() + timeoutMs, () => reject(tooLate(timeoutMs)));
    signal?.addEventListener('abort', onAbort);
    this.#waiting.set(correlationId, { request, resolve, reject });
    try {
      // An answer may overtake the confirm of its request, and whoever waits shall not wait for that.
      this.#publish(request, content, correlationId).catch((error: unknown) => reject(asBackendFailure(error)));
      return await promise;
    } finally {
      this.#waiting.delete(correlationId);
      cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  };

  async #publish(request: BackendRequest, content: Buffer, correlationId: string): Promise<void> {
    const terms = { ...this.#terms, correlationId, at: this.#clock.now() };
    await this.#publisher.publish(requestPublication(request, content, terms));
  }

  #answer(message: BrokerMessage): void {
    const { correlationId = '' } = message.properties;
    const waiting = this.#waiting.get(correlationId);
    if (waiting === undefined) throw new GatewayError('ANSWER_UNEXPECTED', { location: 'correlation_id' });
    this.#waiting.delete(correlationId);
    try {
      waiting.resolve(answerOf(message, waiting.request));
    } catch (error) {
      waiting.reject(error);
    }
  }
}

async function contentOf({ body, contentLength }: BackendRequest, inlineLimit: number): Promise<Buffer> {
  if (contentLength > inlineLimit) {
    if (!(body instanceof Uint8Array)) body.destroy();
    throw new GatewayError('BACKEND_LIMIT', {
      detail: `${contentLength} octets; adapters.amqp.inlineLimit is ${inlineLimit}`,
    });
  }
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : await buffer(body);
}

/** Throws HANDOVER_REFUSED when AMQP cannot carry one of its names. */
function requestPublication(
  { service, operation, action, messageId, partner, contentType, timeoutMs }: BackendRequest,
  content: Buffer,
  terms: AnswerBackendTerms & { readonly correlationId: string; readonly at: number },
): Publication {
  return {
    exchange: terms.exchange,
    routingKey: requestKey(service, operation),
    mandatory: true,
    expirationMs: timeoutMs,
    content,
    properties: {
      // The partner chose it, of whatever length; a header holds it in any case.
      ...(Buffer.byteLength(messageId) > SHORT_OCTETS ? {} : { messageId }),
      correlationId: terms.correlationId,
      replyTo: terms.answerQueue,
      contentType: short(contentType, 'Content-Type'),
      type: short(operation, 'operation'),
      timestamp: Math.floor(terms.at / 1000),
    },
    headers: { service, operation, action, partner, messageId },
  };
}

const MULTIPART = /^multipart\/related[ \t]*(?:;|$)/i;

/** Throws BACKEND_ANSWER. */
function answerOf({ content, properties, headers }: BrokerMessage, { maxBytes }: BackendRequest): BackendAnswer {
  const { contentType } = properties;
  if (content.length > maxBytes && !MULTIPART.test(contentType ?? ''))
    throw unusable(`${content.length} octets; at most ${maxBytes}`);
  return { status: statusOf(headers['status']), contentType, body: content };
}

/** As HTTP has it; an application that says nothing of it has answered. */
function statusOf(header: unknown): number {
  if (header === undefined || header === null) return 200;
  // Fields of AMQP may be lists and tables, too.
  const status = typeof header === 'string' || typeof header === 'number' ? Number(header) : Number.NaN;
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw unusable('the header status is no HTTP status');
}

function unusable(detail: string): GatewayError {
  return new GatewayError('BACKEND_ANSWER', { detail: `the answer of the backend: ${detail}` });
}

function tooLate(timeoutMs: number): GatewayError {
  return new GatewayError('BACKEND_TIMEOUT', { detail: `no answer came to the queue within ${timeoutMs / 1000} s` });
}

/** The broker is away, nobody has bound a queue, or a queue is full. */
function asBackendFailure(error: unknown): unknown {
  if (!(error instanceof GatewayError) || !error.code.startsWith('HANDOVER_')) return error;
  return new GatewayError('BACKEND_UNREACHABLE', { detail: error.detail ?? error.message, cause: error });
}
