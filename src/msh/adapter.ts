import type { BackendRegister } from '../ports/backend.ts';
import type { Clock } from '../clock.ts';
import type { Egress, EgressRules } from '../ports/egress.ts';
import type { Log } from '../ports/log.ts';
import type { Gateway } from './gateway.ts';

/**
 * A door to applications: it hands messages over, takes messages to send, tells events. Its module makes it from its own
 * settings and what it is given here; adapters/README.md shows one. While it is made it registers its destinations
 * (`gateway.handovers.register`) and its subscribers of events (`gateway.events.follow`), and does nothing else.
 *
 *   made → start → (at work) → drain → stop
 */
export interface Adapter {
  /**
   * Begins. Throws CONFIG_INVALID for what only an operator can mend; what is not there yet (a broker, a folder on the
   * network) is no reason to throw: it is tried again by the adapter itself, and `deliver` rejects meanwhile.
   */
  start(): Promise<void>;
  /** Takes nothing new from applications; answers when what was taken is submitted, or given back. Destinations work on. */
  drain?(): Promise<void>;
  /** Lets go of everything: nothing is handed over any more. A `deliver` that is still under way rejects. */
  stop(): Promise<void>;
}

/** What an adapter is given. */
export interface AdapterHost {
  /** `messages.submit` sends, with `idempotency` so that a repeat is harmless; `createPayload` takes the octets first. */
  readonly gateway: Gateway;
  readonly log: Log;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  /** `source` of CloudEvents: `urn:nld:oin:<OIN>:systeem:postiljon`. */
  readonly source: string;
  /** Base of the inside API as applications see it, `http://host:port/api/v1`; known once the gateway listens. */
  readonly apiUrl: () => string;
  /** Requests to addresses that a configuration names, kept away from everything else. */
  readonly egress: (rules: EgressRules) => Egress;
  /** Where it says which provided services of WUS it can carry to their applications. */
  readonly backends: BackendRegister;
}
