import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { cloudEvent, GatewayError, toGatewayError } from '../../src/index.ts';
import type { Clock, UseCases, StoredEvent } from '../../src/index.ts';
import type { Caller } from './access/caller.ts';
import type { RestLog } from './options.ts';
import { problemOf } from './problem.ts';

const BATCH = 100;
const MOST_STREAMS = 100;
const HEARTBEAT_MS = 15_000;

export interface EventStreamOptions {
  readonly source: string;
  readonly log: RestLog;
  readonly clock: Clock;
  readonly heartbeatMs: number | undefined;
  /** Of one application at the same time; undefined: there is but one. */
  readonly most: number | undefined;
}

interface Followed {
  readonly events: UseCases['events'];
  readonly after: number;
  /** Throws once who reads may do so no longer. */
  readonly stillKnown: Caller['stillKnown'];
  /** Of the request. */
  readonly id: string;
}

/**
 * The open streams of server-sent events. Each is a cursor over the stored events that a subscription wakes: the store
 * is the truth, so that no event is lost between two of them, and a slow reader holds back only itself.
 */
export class EventStreams {
  readonly #options: EventStreamOptions;
  /** Whose each is. */
  readonly #open = new Map<ServerResponse, string>();

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Takes over the answer. Throws BUSY when too many streams are open: one application never takes those of the others. */
  open(reply: FastifyReply, { name, useCases, stillKnown }: Caller, after: number): void {
    const { most = MOST_STREAMS } = this.#options;
    const own = [...this.#open.values()].filter((one) => one === name).length;
    if (own >= most || this.#open.size >= MOST_STREAMS)
      throw new GatewayError('BUSY', { detail: `too many event streams are open: ${own} of ${name}` });
    reply.hijack();
    const response = reply.raw;
    this.#open.set(response, name);
    for (const [field, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(field, value);
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'X-Accel-Buffering': 'no',
      // A connection that was a stream serves nothing else: closing the API need not wait until it is idle.
      Connection: 'close',
    });
    response.write('retry: 2000\n\n');
    const followed = { events: useCases.events, after, stillKnown, id: reply.request.id };
    void this.#follow(response, followed).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'event stream ended');
      response.destroy();
    });
  }

  close(): void {
    // A reader that no longer reads would keep its half of the connection open.
    for (const response of this.#open.keys()) response.end(() => response.socket?.destroy());
  }

  async #follow(response: ServerResponse, followed: Followed): Promise<void> {
    const { events, after } = followed;
    const bell = new Bell();
    const unsubscribe = events.subscribe(() => bell.ring());
    const stopLooking = this.#lookAgain(response, followed);
    response.once('close', () => bell.ring());
    try {
      let cursor = after;
      while (!response.writableEnded && !response.destroyed) {
        const batch = await events.page(cursor, BATCH);
        cursor = batch.seen;
        const frames = batch.events.map((event) => frame(event, this.#options.source));
        if (frames.length > 0) await write(response, frames.join(''));
        if (!batch.more) await bell.rung();
      }
    } finally {
      stopLooking();
      unsubscribe();
      this.#open.delete(response);
    }
  }

  /** Again and again: who may read this no longer is told so, and goes on where it was once it is known again. */
  #lookAgain(response: ServerResponse, { stillKnown, id }: Followed): () => void {
    const { clock, log, heartbeatMs = HEARTBEAT_MS } = this.#options;
    const look = async (): Promise<void> => {
      try {
        await stillKnown();
        if (response.writableEnded || response.destroyed) return;
        response.write(': still here\n\n');
        cancel = clock.schedule(clock.now() + heartbeatMs, () => void look());
      } catch (thrown) {
        const error = toGatewayError(thrown);
        log.warn({ requestId: id, code: error.code, detail: error.detail }, 'an event stream was ended');
        if (!response.writableEnded) response.end(farewell(error, id));
      }
    };
    let cancel = clock.schedule(clock.now() + heartbeatMs, () => void look());
    return () => cancel();
  }
}

/** What it shows is of who may see it at that time. */
function farewell(error: GatewayError, requestId: string): string {
  return `event: problem\ndata: ${JSON.stringify(problemOf(error, requestId))}\n\n`;
}

function frame(event: StoredEvent, source: string): string {
  const data = JSON.stringify(cloudEvent(event, source));
  return `id: ${event.sequence}\nevent: nl.postiljon.${event.type}\ndata: ${data}\n\n`;
}

/** Under load every few milliseconds bring events: so long is waited for more of them. */
const GATHER_MS = 10;

/** A ring that nobody waits for is kept for the next who does. */
class Bell {
  #rang = false;
  #answeredAt = 0;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rang = true;
    this.#wake?.();
  }

  async rung(): Promise<void> {
    if (!this.#rang) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    const early = this.#answeredAt + GATHER_MS - performance.now();
    if (early > 0) await sleep(early);
    this.#rang = false;
    this.#answeredAt = performance.now();
  }
}

async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.writableEnded || response.write(text)) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
