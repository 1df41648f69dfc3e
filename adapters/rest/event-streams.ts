import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { cloudEvent, GatewayError } from '../../src/index.ts';
import type { UseCases, StoredEvent } from '../../src/index.ts';
import type { Caller } from './access/authenticate.ts';
import type { RestLog } from './options.ts';

const BATCH = 100;
const MOST_STREAMS = 100;
const HEARTBEAT_MS = 15_000;

export interface EventStreamOptions {
  readonly source: string;
  readonly log: RestLog;
  readonly heartbeatMs: number | undefined;
  /** Of one application at the same time; undefined: there is but one. */
  readonly most: number | undefined;
}

interface Followed {
  readonly events: UseCases['events'];
  readonly after: number;
  readonly until: number | undefined;
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
  open(reply: FastifyReply, { name, useCases, until }: Caller, after: number): void {
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
    void this.#follow(response, { events: useCases.events, after, until }).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'event stream ended');
      response.destroy();
    });
  }

  close(): void {
    // A reader that no longer reads would keep its half of the connection open.
    for (const response of this.#open.keys()) response.end(() => response.socket?.destroy());
  }

  async #follow(response: ServerResponse, { events, after, until }: Followed): Promise<void> {
    const bell = new Bell();
    const unsubscribe = events.subscribe(() => bell.ring());
    const heartbeat = setInterval(() => {
      // Who may see this no longer comes again with a new token, and goes on where it was.
      if (until !== undefined && Date.now() >= until) response.end();
      else response.write(': still here\n\n');
    }, this.#options.heartbeatMs ?? HEARTBEAT_MS);
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
      clearInterval(heartbeat);
      unsubscribe();
      this.#open.delete(response);
    }
  }
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
