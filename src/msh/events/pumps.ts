import { GatewayError } from '../../errors.ts';
import { EventPump, type EventSubscriber, type PumpParts } from './pump.ts';

/** The pumps of all subscribers: none waits for another. */
export class EventPumps {
  readonly #parts: PumpParts;
  readonly #pumps = new Map<string, EventPump>();

  constructor(parts: PumpParts) {
    this.#parts = parts;
  }

  /** Before `start`. Throws CONFIG_INVALID for a name that is taken. */
  follow(subscriber: EventSubscriber): EventPump {
    const { name } = subscriber;
    if (this.#pumps.has(name))
      throw new GatewayError('CONFIG_INVALID', { location: 'adapters', detail: `${name} follows events already` });
    const pump = new EventPump(this.#parts, subscriber);
    this.#pumps.set(name, pump);
    return pump;
  }

  start(): void {
    for (const pump of this.#pumps.values()) pump.start();
  }

  wake(): void {
    for (const pump of this.#pumps.values()) pump.wake();
  }

  replay(): void {
    for (const pump of this.#pumps.values()) pump.replay();
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#pumps.values(), (pump) => pump.stop()));
  }
}
