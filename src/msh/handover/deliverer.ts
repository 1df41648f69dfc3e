import { GatewayError } from '../../errors.ts';
import type { Handover } from '../../ports/handover.ts';
import { Lane, type LaneParts } from './lane.ts';
import { INBOX, PARTNER, type RouteRule } from './routes.ts';

const DEFAULT_CONCURRENCY = 16;

/** Everything that waits for destinations other than the inbox: one lane a destination, so that none delays another. */
export class Deliverer {
  readonly #parts: LaneParts;
  readonly #lanes = new Map<string, Lane>();

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Before `start`. Throws CONFIG_INVALID for a name that is taken. */
  register(destination: string, handover: Handover, { concurrency = DEFAULT_CONCURRENCY } = {}): Lane {
    if (destination === PARTNER || this.#serves(destination))
      throw new GatewayError('CONFIG_INVALID', { location: 'adapters', detail: `${destination} is there already` });
    const lane = new Lane(this.#parts, { destination, handover, concurrency });
    this.#lanes.set(destination, lane);
    return lane;
  }

  /** Throws CONFIG_INVALID when a route leads to a destination that nobody serves. */
  async start(routes: readonly RouteRule[]): Promise<void> {
    const unserved = routes.find(({ destination }) => destination !== PARTNER && !this.#serves(destination));
    if (unserved !== undefined)
      throw new GatewayError('CONFIG_INVALID', {
        location: 'routes',
        detail: `no adapter serves the destination ${unserved.destination}`,
      });
    const { store, log } = this.#parts;
    for (const { destination, count } of await store.handovers.waiting())
      if (!this.#serves(destination))
        log.error({ destination, count }, 'messages wait for a destination that is not configured any more');
    for (const lane of this.#lanes.values()) lane.start();
  }

  /** All that are served, the inbox first. */
  destinations(): readonly string[] {
    return [INBOX, ...this.#lanes.keys()];
  }

  #serves(destination: string): boolean {
    return destination === INBOX || this.#lanes.has(destination);
  }

  /** Something fell due at this destination; at any of them when it is not known at which. */
  wake(destination?: string): void {
    if (destination === undefined) for (const lane of this.#lanes.values()) lane.wake();
    else this.#lanes.get(destination)?.wake();
  }

  /** Nothing more is claimed; answers when what is under way has ended. */
  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#lanes.values(), (lane) => lane.stop()));
  }
}
