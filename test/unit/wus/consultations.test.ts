import assert from 'node:assert/strict';
import type { ConsultationLog, Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { countConsultations } from '../../../src/wus/consultations/counts.ts';
import { startPurger } from '../../../src/wus/consultations/purger.ts';
import { ANSWERED, consultation } from '../../conformance/store/consultations.ts';
import { ManualClock } from '../../setup/manual-clock.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

describe('consultations of WUS', () => {
  let store: Store;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    store = await openStore({ url: 'sqlite::memory:', clock });
  });
  afterEach(() => store.close());

  const kept = async (): Promise<number> => (await store.consultations.list({ limit: 5000 })).items.length;

  it('are removed when they are too old, at start and every hour', async () => {
    await store.consultations.begin(consultation({ at: clock.now() - 10 * DAY - 1 }));
    await store.consultations.begin(consultation({ at: clock.now() - 10 * DAY + HOUR / 2 }));
    const turns = watched(store.consultations);
    const stop = startPurger(10, { consultations: turns.log, clock, failed: fail });
    await turns.next();
    assert.equal(await kept(), 1);
    clock.advance(HOUR);
    await turns.next();
    assert.equal(await kept(), 0);
    stop();
    clock.advance(HOUR);
    assert.equal(turns.count, 2);
  });

  it('are removed in batches, a second apart', async () => {
    const old = clock.now() - 2 * DAY;
    await Promise.all(Array.from({ length: 700 }, () => store.consultations.begin(consultation({ at: old }))));
    const turns = watched(store.consultations);
    const stop = startPurger(1, { consultations: turns.log, clock, failed: fail });
    await turns.next();
    assert.equal(await kept(), 200);
    clock.advance(1_000);
    await turns.next();
    assert.equal(await kept(), 0);
    stop();
  });

  it('are kept for ever when that is asked', async () => {
    await store.consultations.begin(consultation({ at: 0 }));
    const turns = watched(store.consultations);
    startPurger(0, { consultations: turns.log, clock, failed: fail });
    clock.advance(HOUR);
    assert.deepEqual([turns.count, await kept()], [0, 1]);
  });

  it('a purge that failed is told, and tried again', async () => {
    const told: unknown[] = [];
    const broken = new Error('disk');
    const turns = watched({ purge: () => Promise.reject(broken) });
    const stop = startPurger(1, { consultations: turns.log, clock, failed: (error) => void told.push(error) });
    await turns.next();
    clock.advance(HOUR);
    await turns.next();
    assert.deepEqual(told, [broken, broken]);
    stop();
  });

  it('are counted by service and result when they end, with their time', async () => {
    const { log, counts } = countConsultations(store.consultations, ['echo']);
    const [first, second, running] = [consultation(), consultation(), consultation()];
    for (const one of [first, second, running]) await log.begin(one);
    await log.end(first.id, ANSWERED);
    await log.end(second.id, { ...ANSWERED, durationMs: 30 });
    await log.end(second.id, ANSWERED);
    await log.begin(consultation({ service: 'of a stranger', result: 'refused', durationMs: 1 }));
    assert.deepEqual(counts(), [
      { service: 'echo', role: 'provider', result: 'answered', count: 2, durationMs: 42 },
      { service: 'other', role: 'provider', result: 'refused', count: 1, durationMs: 1 },
    ]);
    assert.equal((await log.find(first.id))?.result, 'answered');
  });
});

function fail(error: unknown): void {
  assert.fail(String(error));
}

/** The real log; `next` waits for one purge more to have ended and been told. */
function watched(log: Pick<ConsultationLog, 'purge'>): {
  readonly log: Pick<ConsultationLog, 'purge'>;
  readonly count: number;
  next(): Promise<void>;
} {
  const ended: Promise<unknown>[] = [];
  let awaited = 0;
  return {
    log: {
      purge(before, limit) {
        const purge = log.purge(before, limit);
        ended.push(purge.catch(() => undefined));
        return purge;
      },
    },
    get count() {
      return ended.length;
    },
    async next() {
      await ended[awaited++];
      // Who waits for the same promise has been told by now; what it schedules too.
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}
