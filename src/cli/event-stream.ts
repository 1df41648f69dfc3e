import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../index.ts';
import { isObject, problemError } from './api-client.ts';
import type { ApiClient, JsonObject } from './api-client.ts';

export interface FollowOptions {
  /** Sequence of the last event that is known already. */
  readonly after: number;
  readonly each: (event: JsonObject) => void;
  /** The gateway went away; it is asked again until it is back. */
  readonly lost: () => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Every event from behind `after`, as it happens, for ever: a break goes on where it was. Throws GATEWAY_UNREACHABLE when
 * the gateway does not answer at first, and what it refuses with.
 */
export async function followEvents(client: ApiClient, { after, each, lost }: FollowOptions): Promise<never> {
  let last = after;
  let wait = FIRST_PAUSE_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': String(last) };
      const stream = await client.stream('/events/stream', { headers });
      wait = FIRST_PAUSE_MS;
      for await (const event of readEvents(stream)) {
        last = Number(event['sequence'] ?? last);
        each(event);
      }
    } catch (thrown) {
      if (attempt === 1 || !isBreak(thrown)) throw thrown;
    }
    lost();
    await pause(wait);
    wait = Math.min(LONGEST_PAUSE_MS, wait * 2);
  }
}

/** A connection that ended is plain errors of Node; a gateway that restarts is unreachable or busy for a while. */
function isBreak(thrown: unknown): boolean {
  if (!(thrown instanceof GatewayError)) return thrown instanceof Error;
  return thrown.code === 'GATEWAY_UNREACHABLE' || thrown.code === 'BUSY' || thrown.code === 'STORE_UNAVAILABLE';
}

/** The `data` of server-sent events. What breaks the connection ends them; throws the problem for which the gateway does. */
export async function* readEvents(octets: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of untilBroken(octets)) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const data = lines.flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
      const value: unknown = data.length === 0 ? undefined : JSON.parse(data.join('\n'));
      if (isObject(value) && lines.includes('event: problem')) throw problemError(value);
      if (isObject(value)) yield value;
    }
  }
}

async function* untilBroken(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* octets;
  } catch {
    // The cut connection of a gateway that went away: who follows asks again.
  }
}
