import { backoffMs, GatewayError, toGatewayError } from '../../src/index.ts';
import type { Clock, Log } from '../../src/index.ts';
import type { LinkUser } from './broker-connection.ts';
import { Intake } from './intake.ts';
import { pause } from './pause.ts';
import type { Publisher } from './publisher.ts';
import { refusedPlace, refusedPublication } from './refusal.ts';
import type { AmqpSettings } from './settings.ts';
import type { Consumer, Delivery, Link } from './transport.ts';

export interface ReaderParts {
  readonly settings: AmqpSettings;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export interface ReadQueue {
  readonly queue: string;
  /** Routing key of what is refused of it. */
  readonly refusedAs: string;
  /** Messages with the same one are handled one after the other; undefined: as they come. */
  readonly lineOf?: (delivery: Delivery) => string | undefined;
  /**
   * Resolves when the broker may forget the message. What it throws refuses the message; what is retriable is tried again. `lost`
   * aborts when nothing more can be said to the broker about it: then it should reject with its reason.
   */
  readonly handle: (delivery: Delivery, lost: AbortSignal) => Promise<void>;
}

const LONGEST_WAIT_MS = 60_000;

interface Session {
  readonly consumer: Promise<Consumer>;
  readonly intake: Intake;
  /** Until the broker knows how many it may hand out at once; undefined: it is told of no more. */
  resized: Promise<void> | undefined;
  /** Aborts when nothing more is begun. */
  readonly ended: AbortController;
  /** Aborts when nothing more can be said to the broker about its messages. */
  readonly lost: AbortController;
}

/**
 * Reads one queue. A message is acknowledged to the broker once it is handled, or lies where refused input goes; until then the
 * broker keeps it, and hands it out again after a crash.
 *
 *   delivered ─→ handle ─┬─ done ────────────────────────────────→ ack
 *      │                 ├─ busy, store unavailable ─→ wait ─→ handle
 *      │                 └─ refused ─→ published with its reason ─→ ack
 *      └─ too often ─────────────────→ published with its reason ─→ ack
 */
export class QueueReader implements LinkUser {
  readonly #parts: ReaderParts;
  readonly #reads: ReadQueue;
  readonly #running = new Set<Promise<void>>();
  readonly #lines = new Map<string, Promise<void>>();
  #session: Session | undefined;

  constructor(parts: ReaderParts, reads: ReadQueue) {
    this.#parts = parts;
    this.#reads = reads;
  }

  async open(link: Link): Promise<void> {
    const intake = new Intake(this.#parts.settings);
    const session: Session = {
      intake,
      consumer: link.consume(this.#reads.queue, intake.atOnce, (delivery) => this.#take(session, delivery)),
      resized: Promise.resolve(),
      ended: new AbortController(),
      lost: new AbortController(),
    };
    this.#session = session;
    await session.consumer;
  }

  lost(reason: string): void {
    const why = new Error(reason);
    this.#session?.lost.abort(why);
    this.#session?.ended.abort(why);
    this.#session = undefined;
  }

  /** Takes no more; what is being handled comes to its end, what waits goes back to the queue. */
  async drain(): Promise<void> {
    const session = this.#session;
    if (session !== undefined) {
      const { resized } = session;
      session.resized = undefined;
      await resized;
      await session.consumer.then((consumer) => consumer.cancel()).catch(() => undefined);
    }
    session?.ended.abort(new Error('stopping'));
    await Promise.all(this.#running);
  }

  /** A link that cannot tell the broker is lost, and whoever connects anew begins with few. */
  #resize(session: Session): void {
    if (session.resized === undefined) return;
    const { atOnce } = session.intake;
    session.resized = session.resized.then(async () => (await session.consumer).resize(atOnce)).catch(() => undefined);
  }

  #take(session: Session, delivery: Delivery): void {
    const ended = session.ended.signal;
    const { length } = delivery.content;
    if (session.intake.took(length)) this.#resize(session);
    const handle = async (): Promise<void> => {
      await this.#handle(delivery, session);
      if (this.#session === session) delivery.accept();
    };
    const line = this.#reads.lineOf?.(delivery);
    const earlier = line === undefined ? undefined : this.#lines.get(line);
    const running = (earlier === undefined ? handle() : earlier.then(handle)).catch((error: unknown) => {
      if (this.#session === session) delivery.release();
      if (!ended.aborted) this.#parts.log.error({ err: error }, 'a message goes back to the queue');
    });
    this.#running.add(running);
    if (line !== undefined) this.#lines.set(line, running);
    void running.then(() => {
      this.#running.delete(running);
      if (session.intake.settled(length)) this.#resize(session);
      if (line !== undefined && this.#lines.get(line) === running) this.#lines.delete(line);
    });
  }

  /** Comes to an end when the message is handled or kept as refused. */
  async #handle(delivery: Delivery, session: Session): Promise<void> {
    const { clock, random, log } = this.#parts;
    const ended = session.ended.signal;
    for (let failures = 1; ; failures++) {
      ended.throwIfAborted();
      try {
        return await this.#handleOrRefuse(delivery, session.lost.signal);
      } catch (thrown) {
        ended.throwIfAborted();
        const { code, detail } = toGatewayError(thrown);
        const waitMs = Math.min(backoffMs(failures, random), LONGEST_WAIT_MS);
        log.warn({ messageId: delivery.properties.messageId, code, detail, waitMs }, 'a message waits in the queue');
        await pause(clock, waitMs, ended);
      }
    }
  }

  async #handleOrRefuse(delivery: Delivery, lost: AbortSignal): Promise<void> {
    const { settings, publisher, log } = this.#parts;
    const { queue, refusedAs, handle } = this.#reads;
    try {
      checkDeliveries(delivery, settings.maxDeliveries);
      await handle(delivery, lost);
    } catch (thrown) {
      if (lost.aborted) throw thrown;
      const error = toGatewayError(thrown);
      if (error.row.retriable) throw error;
      const { code, location, detail } = error;
      const { messageId, correlationId } = delivery.properties;
      const fields = { queue, messageId, correlationId, code, location, detail };
      log.warn(code === 'INTERNAL' ? { ...fields, err: error } : fields, 'a message from the queue is refused');
      await publisher.refuse(refusedPublication(delivery, refusedPlace(settings, refusedAs), error));
    }
  }
}

function checkDeliveries({ earlier }: Delivery, most: number): void {
  if (earlier >= most)
    throw new GatewayError('REDELIVERED_TOO_OFTEN', { detail: `handed out ${earlier + 1} times, and never to an end` });
}
