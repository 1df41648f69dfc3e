import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { EventPump } from '../../../src/msh/events/pump.ts';
import type { EventSubscriber } from '../../../src/msh/events/pump.ts';
import type { Store, StoredEvent } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { accept, inbound, T0 } from '../../conformance/store/records.ts';
import { ManualClock } from '../../setup/manual-clock.ts';

const quiet = (): void => undefined;
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const HOUR = 3_600_000;

/** A subscriber that answers as the test wants, and tells how many attempts there were. */
class Listener implements EventSubscriber {
  readonly name = 'listener';
  readonly deadAfterMs = HOUR;
  readonly seen: string[] = [];
  readonly #waiting: { readonly count: number; readonly done: () => void }[] = [];
  fails: (event: StoredEvent) => 'HANDOVER_FAILED' | 'HANDOVER_REFUSED' | undefined = () => undefined;

  deliver(event: StoredEvent): Promise<void> {
    this.seen.push(event.messageId ?? '');
    for (const { count, done } of this.#waiting) if (this.seen.length >= count) done();
    const code = this.fails(event);
    return code === undefined ? Promise.resolve() : Promise.reject(new GatewayError(code));
  }

  until(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ count, done: resolve });
    if (this.seen.length >= count) resolve();
    return promise;
  }
}

describe('the pump of events', () => {
  let clock: ManualClock;
  let store: Store;
  let listener: Listener;
  let pump: EventPump;
  const restart = async (): Promise<void> => {
    await pump.stop();
    pump = new EventPump({ store, clock, log: LOG, random: () => 1 }, listener);
    pump.start();
  };
  const happen = async (...ids: readonly string[]): Promise<void> => {
    for (const messageId of ids) await accept(store, inbound({ messageId, storedAt: clock.now() }));
    pump.wake();
  };
  /** Waits for a timer at this time: nothing else tells that an attempt has failed. */
  const untilTimer = async (at: number): Promise<void> => {
    while (!clock.isSet(at)) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(async () => {
    clock = new ManualClock(T0);
    store = await openStore({ url: 'sqlite::memory:', clock });
    await accept(store, inbound({ messageId: 'before@x' }));
    listener = new Listener();
    await store.cursors.open(listener.name);
    pump = new EventPump({ store, clock, log: LOG, random: () => 1 }, listener);
    pump.start();
  });
  afterEach(async () => {
    await pump.stop();
    await store.close();
  });

  it('tells what happens from the first start on, in order, and where it stopped it goes on', async () => {
    await happen('1@x', '2@x', '3@x');
    await listener.until(3);
    await restart();
    await happen('4@x');
    await listener.until(4);
    assert.deepEqual(listener.seen, ['1@x', '2@x', '3@x', '4@x']);
  });

  it('one that fails comes again after 1 s, 2 s, 4 s, and those behind it wait', async () => {
    let failures = 3;
    listener.fails = ({ messageId }) => (messageId === '2@x' && failures-- > 0 ? 'HANDOVER_FAILED' : undefined);
    await happen('1@x', '2@x', '3@x');
    for (const wait of [1_000, 2_000, 4_000]) {
      await untilTimer(clock.now() + wait);
      clock.advance(wait);
    }
    await listener.until(6);
    assert.deepEqual(listener.seen, ['1@x', '2@x', '2@x', '2@x', '2@x', '3@x']);
  });

  it('ready: who is there again is told at once', async () => {
    let failures = 1;
    listener.fails = () => (failures-- > 0 ? 'HANDOVER_FAILED' : undefined);
    await happen('1@x');
    await untilTimer(T0 + 1_000);
    pump.ready();
    await listener.until(2);
  });

  it('types: only those, and the cursor goes past the others', async () => {
    await pump.stop();
    const only = { name: 'only', types: ['message.taken'], deliver: (e: StoredEvent) => listener.deliver(e) } as const;
    await store.cursors.open('only');
    pump = new EventPump({ store, clock, log: LOG, random: () => 1 }, only);
    pump.start();
    await happen('1@x');
    await store.takeInbound('1@x', T0);
    pump.wake();
    await listener.until(1);
    await pump.stop();
    const events = await store.listEvents(0, 10);
    assert.equal(await store.cursors.open('only'), events.at(-1)?.sequence);
    assert.equal(events.length, 3);
  });

  it('a crowd is begun at once and in order; behind one that failed all come again', async () => {
    await pump.stop();
    let seen: string[] = [];
    let answer: ((id: string) => Promise<void>) | undefined;
    const deliver = async ({ messageId = '' }: StoredEvent): Promise<void> => {
      seen.push(messageId);
      await answer?.(messageId);
    };
    await store.cursors.open('crowd');
    const ids = ['1@x', '2@x', '3@x', '4@x'];
    await happen(...ids);
    const gate = Promise.withResolvers<void>();
    answer = (id) => (id === '2@x' ? Promise.reject(new GatewayError('HANDOVER_FAILED')) : gate.promise);
    pump = new EventPump({ store, clock, log: LOG, random: () => 1 }, { name: 'crowd', crowd: 3, deliver });
    pump.start();
    while (seen.length < 3) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(seen, ['1@x', '2@x', '3@x']);
    gate.resolve();
    await untilTimer(T0 + 1_000);
    seen = [];
    answer = undefined;
    clock.advance(1_000);
    while (seen.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await pump.stop();
    assert.deepEqual(seen, ['2@x', '3@x', '4@x']);
    assert.equal(await store.cursors.open('crowd'), (await store.listEvents(0, 10)).at(-1)?.sequence);
  });

  it('HANDOVER_REFUSED, and what is older than its age, become letters that can be sent once more', async () => {
    listener.fails = ({ messageId }) => (messageId === '1@x' ? 'HANDOVER_REFUSED' : undefined);
    await happen('1@x', '2@x');
    await listener.until(2);
    listener.fails = () => 'HANDOVER_FAILED';
    await happen('3@x');
    await untilTimer(T0 + 1_000);
    clock.advance(HOUR);
    await listener.until(4);
    await restart();
    const { items } = await store.deadLetters.list({ limit: 10 });
    assert.deepEqual(
      items.map(({ event, code, attempts }) => [event.messageId, code, attempts]),
      [
        ['3@x', 'HANDOVER_FAILED', 2],
        ['1@x', 'HANDOVER_REFUSED', 1],
      ],
    );
    listener.fails = ({ messageId }) => (messageId === '3@x' ? 'HANDOVER_FAILED' : undefined);
    for (const { id } of items) await store.deadLetters.replay(id);
    pump.replay();
    await listener.until(6);
    await pump.stop();
    assert.deepEqual(listener.seen.slice(4).toSorted(), ['1@x', '3@x']);
    const left = (await store.deadLetters.list({ limit: 10 })).items;
    assert.deepEqual(
      left.map(({ event, attempts, marked }) => [event.messageId, attempts, marked]),
      [['3@x', 3, false]],
    );
  });
});
