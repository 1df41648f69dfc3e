import { backoffMs, GatewayError, toGatewayError } from '../../src/index.ts';
import type { Clock, Log, MessageUseCases, StoredContent, SubmittedPayload } from '../../src/index.ts';
import type { LinkUser } from './broker-connection.ts';
import type { Publisher } from './publisher.ts';
import { refusedPublication } from './refusal.ts';
import type { AmqpSettings } from './settings.ts';
import { idempotencyOf, readSubmission, type Submission } from './submission.ts';
import type { Consumer, Delivery, Link } from './transport.ts';

export interface SendQueueParts {
  readonly settings: AmqpSettings;
  readonly messages: Pick<MessageUseCases, 'createPayload' | 'discardPayload' | 'submit'>;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const LONGEST_WAIT_MS = 60_000;

interface Session {
  consumer?: Consumer;
  /** Aborts when nothing more can be said to the broker about its messages. */
  readonly ended: AbortController;
}

/**
 * What applications publish becomes messages. A message is acknowledged to the broker once it is stored, or lies where refused
 * input goes; until then the broker keeps it, and hands it out again after a crash. Then its message_id finds what was stored.
 *
 *   delivered ─→ read ─→ submit ─┬─ stored ──────────────────────→ ack
 *      │          │              ├─ busy, store unavailable ─→ wait ─→ submit
 *      │          └── refused ───┴─→ published with its reason ──→ ack
 *      └─ too often ───────────────→ published with its reason ──→ ack
 *
 * Messages of one conversation keep their order; others pass each other.
 */
export class SendQueue implements LinkUser {
  readonly #parts: SendQueueParts;
  readonly #running = new Set<Promise<void>>();
  readonly #conversations = new Map<string, Promise<void>>();
  #session: Session | undefined;

  constructor(parts: SendQueueParts) {
    this.#parts = parts;
  }

  async open(link: Link): Promise<void> {
    const { sendQueue, prefetch } = this.#parts.settings;
    const session: Session = { ended: new AbortController() };
    this.#session = session;
    session.consumer = await link.consume(sendQueue, prefetch, (delivery) => this.#take(session, delivery));
  }

  lost(reason: string): void {
    this.#session?.ended.abort(new Error(reason));
    this.#session = undefined;
  }

  /** Takes no more; what is being stored gets its answer, what waits goes back to the queue. */
  async drain(): Promise<void> {
    const session = this.#session;
    await session?.consumer?.cancel().catch(() => undefined);
    session?.ended.abort(new Error('stopping'));
    await Promise.all(this.#running);
  }

  #take(session: Session, delivery: Delivery): void {
    const ended = session.ended.signal;
    const handle = async (): Promise<void> => {
      await this.#handle(delivery, ended);
      if (this.#session === session) delivery.accept();
    };
    const conversation = delivery.properties.correlationId;
    const earlier = conversation === undefined ? undefined : this.#conversations.get(conversation);
    const running = (earlier === undefined ? handle() : earlier.then(handle)).catch((error: unknown) => {
      if (this.#session === session) delivery.release();
      if (!ended.aborted) this.#parts.log.error({ err: error }, 'a message goes back to the queue');
    });
    this.#running.add(running);
    if (conversation !== undefined) this.#conversations.set(conversation, running);
    void running.then(() => {
      this.#running.delete(running);
      if (conversation !== undefined && this.#conversations.get(conversation) === running)
        this.#conversations.delete(conversation);
    });
  }

  /** Comes to an end when the message is stored or kept as refused. */
  async #handle(message: Delivery, ended: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#parts;
    for (let failures = 1; ; failures++) {
      ended.throwIfAborted();
      try {
        return await this.#storeOrRefuse(message);
      } catch (thrown) {
        const { code, detail } = toGatewayError(thrown);
        const waitMs = Math.min(backoffMs(failures, random), LONGEST_WAIT_MS);
        log.warn({ messageId: message.properties.messageId, code, detail, waitMs }, 'a message waits in the queue');
        await pause(clock, waitMs, ended);
      }
    }
  }

  async #storeOrRefuse(message: Delivery): Promise<void> {
    const { settings, publisher, log } = this.#parts;
    try {
      checkDeliveries(message, settings.maxDeliveries);
      await this.#store(readSubmission(message, settings));
    } catch (thrown) {
      const error = toGatewayError(thrown);
      if (error.row.retriable) throw error;
      const { code, location, detail } = error;
      const fields = { messageId: message.properties.messageId, code, location, detail };
      log.warn(code === 'INTERNAL' ? { ...fields, err: error } : fields, 'a message from the queue is refused');
      await publisher.publish(refusedPublication(message, settings.refused, error));
    }
  }

  async #store(submission: Submission): Promise<void> {
    const { messages, log } = this.#parts;
    const payloads = await this.#payloads(submission);
    const { messageId, repeated } = await messages.submit({
      ...submission.terms,
      payloads,
      idempotency: idempotencyOf(submission),
    });
    log.debug({ messageId, key: submission.key, repeated }, 'a message from the queue is stored');
  }

  async #payloads({ parts }: Submission): Promise<readonly SubmittedPayload[]> {
    const { messages } = this.#parts;
    const payloads: SubmittedPayload[] = [];
    try {
      for (const { name, contentType, octets } of parts)
        payloads.push({ ...(name === undefined ? {} : { name }), contentType, content: await this.#keep(octets) });
      return payloads;
    } catch (error) {
      await Promise.all(payloads.map(({ content }) => messages.discardPayload(content)));
      throw error;
    }
  }

  async #keep(octets: Buffer): Promise<StoredContent> {
    const writer = this.#parts.messages.createPayload();
    try {
      await writer.write(octets);
      return await writer.finish();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
}

function checkDeliveries({ earlier }: Delivery, most: number): void {
  if (earlier >= most)
    throw new GatewayError('REDELIVERED_TOO_OFTEN', { detail: `handed out ${earlier + 1} times, and never to an end` });
}

/** Rejects when `ended` comes first. */
async function pause(clock: Clock, ms: number, ended: AbortSignal): Promise<void> {
  ended.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = (): void => reject(ended.reason);
  ended.addEventListener('abort', onEnd, { once: true });
  const cancel = clock.schedule(clock.now() + ms, resolve);
  try {
    await promise;
  } finally {
    cancel();
    ended.removeEventListener('abort', onEnd);
  }
}
