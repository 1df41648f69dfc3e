import type { Clock } from '../../clock.ts';
import { GatewayError } from '../../errors.ts';
import type { Log } from '../../ports/log.ts';
import type { DeadLetter, EventFailure, EventType, Store, StoredEvent } from '../../ports/store.ts';
import { backoffMs } from '../handover/backoff.ts';

/** Somebody outside who is told of events, each in its turn. */
export interface EventSubscriber {
  /** Its cursor is kept under this name: it never changes. */
  readonly name: string;
  /** Of these types only; of all where not given. */
  readonly types?: readonly EventType[];
  /**
   * Resolves once the subscriber has it; the same event may come again, under the same id. Rejects with whatever went
   * wrong: it comes again, and those behind it wait; with HANDOVER_REFUSED it becomes a dead letter at once.
   */
  deliver(event: StoredEvent): Promise<void>;
  /** So many are delivered at once, begun in their order; 1 where not given. Behind one that failed they come again. */
  readonly crowd?: number;
  /** An event that is older, and failed, becomes a dead letter; never where not given. */
  readonly deadAfterMs?: number;
}

export interface PumpParts {
  readonly store: Pick<Store, 'cursors' | 'deadLetters' | 'listEvents'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

const BATCH = 100;
const STORE_RETRY_MS = 5_000;
/** Events that are passed over: after a crash so many are looked at again, which costs less than a commit for each hundred. */
const MOST_PASSED_OVER = 10_000;

/**
 * Feeds one subscriber from its durable cursor: in order, at least once. What was delivered since the cursor was last
 * stored comes again after a crash. Letters that an operator marked go between two rounds.
 */
export class EventPump {
  readonly #parts: PumpParts;
  readonly #subscriber: EventSubscriber;
  #stopped = true;
  #rung = false;
  #letters = true;
  #wakeUp: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #cursor = 0;
  #stored = 0;
  /** Since the cursor was stored. */
  #delivered = false;
  /** Attempts for the event that comes next. */
  #attempts = 0;

  constructor(parts: PumpParts, subscriber: EventSubscriber) {
    this.#parts = parts;
    this.#subscriber = subscriber;
  }

  start(): void {
    this.#stopped = false;
    this.#work = this.#run();
  }

  /** Events may have been added. */
  wake(): void {
    this.#rung = true;
    if (this.#waitsForEvents) this.#wakeUp?.();
  }

  /** A letter may have been marked. */
  replay(): void {
    this.#letters = true;
    this.wake();
  }

  /** The subscriber is there again: what waits for its next attempt is tried now. */
  ready(): void {
    this.#wakeUp?.();
  }

  /** Answers when the delivery that is under way has ended, and the cursor is stored. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp?.();
    await this.#work;
  }

  #waitsForEvents = false;

  async #run(): Promise<void> {
    const { log, clock } = this.#parts;
    const { name } = this.#subscriber;
    let opened = false;
    while (!this.#stopped) {
      try {
        if (!opened) this.#cursor = this.#stored = await this.#parts.store.cursors.open(name);
        opened = true;
        await this.#round();
      } catch (error) {
        log.error({ subscriber: name, err: error }, 'events for a subscriber could not be read');
        await this.#sleep(clock.now() + STORE_RETRY_MS);
      }
    }
    if (opened)
      await this.#store().catch((error: unknown) => log.error({ subscriber: name, err: error }, 'a cursor was lost'));
  }

  async #round(): Promise<void> {
    if (this.#letters) {
      this.#letters = false;
      await this.#sendLetters();
    }
    this.#rung = false;
    const { store } = this.#parts;
    // The cursor goes to the store together with the next question, in one turn.
    const [events] = await Promise.all([store.listEvents(this.#cursor, BATCH), this.#storeDelivered()]);
    const { types, crowd = 1 } = this.#subscriber;
    const wanted = types === undefined ? events : events.filter(({ type }) => types.includes(type));
    let passed = 0;
    while (passed < wanted.length && !this.#stopped) passed += await this.#pass(wanted.slice(passed, passed + crowd));
    const last = events.at(-1);
    if (passed === wanted.length && last !== undefined) this.#cursor = last.sequence;
    if (events.length === BATCH) return;
    await this.#storeDelivered();
    await this.#nextRing();
  }

  /** Delivers them, begun in their order, and answers how many of the first are done with: behind one that failed they come again. */
  async #pass(crowd: readonly StoredEvent[]): Promise<number> {
    const failures = await Promise.all(crowd.map((event) => this.#deliver(event)));
    for (const [index, event] of crowd.entries()) {
      const failure = failures[index];
      if (failure !== undefined && !(await this.#passFailed(event, failure))) return index;
      this.#attempts = 0;
      this.#cursor = event.sequence;
      this.#delivered = true;
    }
    return crowd.length;
  }

  /** Whether it is done with, as a dead letter; else it is tried again after a while. */
  async #passFailed(event: StoredEvent, error: GatewayError): Promise<boolean> {
    const failure = this.#note(event, error, ++this.#attempts);
    if (this.#isDead(event, failure)) {
      await this.#bury(event, failure);
      return true;
    }
    await this.#store();
    await this.#sleep(this.#parts.clock.now() + backoffMs(failure.attempts, this.#parts.random));
    return false;
  }

  async #deliver(event: StoredEvent): Promise<GatewayError | undefined> {
    try {
      await this.#subscriber.deliver(event);
      return undefined;
    } catch (thrown) {
      return asFailure(thrown);
    }
  }

  #note({ id }: StoredEvent, { code, detail }: GatewayError, attempts: number): EventFailure {
    const { clock, log } = this.#parts;
    log.warn({ subscriber: this.#subscriber.name, event: id, attempts, code, detail }, 'an event was not taken');
    return { at: clock.now(), attempts, code, detail };
  }

  #isDead(event: StoredEvent, { at, code }: EventFailure): boolean {
    const { deadAfterMs } = this.#subscriber;
    return code === 'HANDOVER_REFUSED' || (deadAfterMs !== undefined && at - event.at >= deadAfterMs);
  }

  async #bury(event: StoredEvent, failure: EventFailure): Promise<void> {
    const { store, log } = this.#parts;
    const { name } = this.#subscriber;
    await store.deadLetters.bury(name, event.sequence, failure);
    this.#stored = event.sequence;
    log.error({ subscriber: name, event: event.id, code: failure.code }, 'an event became a dead letter');
  }

  /** Each is tried once: one that fails stays a letter. */
  async #sendLetters(): Promise<void> {
    const { store } = this.#parts;
    for (;;) {
      const [letter] = await store.deadLetters.marked(this.#subscriber.name, 1);
      if (letter === undefined || this.#stopped) return;
      await this.#sendLetter(letter);
    }
  }

  async #sendLetter({ id, event, attempts }: DeadLetter): Promise<void> {
    const error = await this.#deliver(event);
    const failure = error === undefined ? undefined : this.#note(event, error, attempts + 1);
    await this.#parts.store.deadLetters.settle(id, failure);
  }

  async #storeDelivered(): Promise<void> {
    if (this.#delivered || this.#cursor - this.#stored >= MOST_PASSED_OVER) await this.#store();
  }

  async #store(): Promise<void> {
    if (this.#stored !== this.#cursor) await this.#parts.store.cursors.advance(this.#subscriber.name, this.#cursor);
    this.#stored = this.#cursor;
    this.#delivered = false;
  }

  async #nextRing(): Promise<void> {
    if (this.#rung || this.#stopped) return;
    this.#waitsForEvents = true;
    await this.#sleep(undefined);
    this.#waitsForEvents = false;
  }

  /** Until then, or until somebody wakes it up. */
  async #sleep(until: number | undefined): Promise<void> {
    if (this.#stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakeUp = resolve;
    const cancel = until === undefined ? undefined : this.#parts.clock.schedule(until, resolve);
    await promise;
    cancel?.();
    this.#wakeUp = undefined;
  }
}

function asFailure(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('HANDOVER_FAILED', { detail, cause: thrown });
}
