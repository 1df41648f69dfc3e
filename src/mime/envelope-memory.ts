import { GatewayError } from '../errors.ts';

/** What one request holds in memory. */
export interface MemoryAccount {
  /** Octets that stay until the request has ended. Throws BUSY: there is no room beside what others hold. */
  take(octets: number): void;
}

/** Of an account that nobody else knows. */
export interface OpenAccount extends MemoryAccount {
  /** Gives everything back; once. */
  close(): void;
}

/** What a chunk costs besides its octets: a peer chooses how small they are. */
const CHUNK_OCTETS = 128;

/**
 * Octets of envelopes that all unfinished requests hold together: `most`, of which one address gets half. A request that has nobody
 * beside it always has room: how large it may be is another limit.
 */
export class EnvelopeMemory {
  readonly #most: number;
  readonly #byAddress = new Map<string, number>();
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Octets, and what they cost besides. */
  get held(): number {
    return this.#held;
  }

  open(address: string): OpenAccount {
    return new Account(this, address);
  }

  /** `own` is what the asking request holds already. */
  take(address: string, octets: number, own: number): void {
    const all = this.#held;
    const here = this.#byAddress.get(address) ?? 0;
    if (all > own && all + octets > this.#most) throw busy(`all requests hold ${all} octets of envelopes`);
    if (here > own && here + octets > this.#most / 2)
      throw busy(`requests from ${address} hold ${here} octets of envelopes`);
    this.#held = all + octets;
    this.#byAddress.set(address, here + octets);
  }

  giveBack(address: string, octets: number): void {
    this.#held -= octets;
    const here = (this.#byAddress.get(address) ?? 0) - octets;
    if (here > 0) this.#byAddress.set(address, here);
    else this.#byAddress.delete(address);
  }
}

class Account implements OpenAccount {
  readonly #memory: EnvelopeMemory;
  readonly #address: string;
  #own = 0;

  constructor(memory: EnvelopeMemory, address: string) {
    this.#memory = memory;
    this.#address = address;
  }

  take(octets: number): void {
    const cost = octets + CHUNK_OCTETS;
    this.#memory.take(this.#address, cost, this.#own);
    this.#own += cost;
  }

  close(): void {
    if (this.#own > 0) this.#memory.giveBack(this.#address, this.#own);
    this.#own = 0;
  }
}

function busy(detail: string): GatewayError {
  return new GatewayError('BUSY', { detail });
}
