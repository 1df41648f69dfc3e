import type { Clock } from '../../src/clock.ts';
import type { Store } from '../../src/ports/store.ts';
import { ManualClock } from '../setup/manual-clock.ts';
import { exerciseContracts } from './store/contracts.ts';
import { exerciseEnds } from './store/ends.ts';
import { exerciseLists } from './store/lists.ts';
import { exerciseOutbox } from './store/outbox.ts';
import { exerciseReceiving } from './store/receiving.ts';
import { exerciseSubmitting } from './store/submitting.ts';

/** A store of its own for one test, empty at first. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens it again on the same data; undefined for one that forgets. */
  readonly reopen: (() => Promise<Store>) | undefined;
  readonly dispose: () => Promise<void>;
}

export type CreateStore = (clock: Clock) => Promise<StoreUnderTest>;

/** Everything that the comments of the Store port promise; each implementation runs all of it. */
export function exerciseStore(name: string, create: CreateStore): void {
  describe(`Store: ${name}`, () => {
    const clock = new ManualClock();
    let current: StoreUnderTest | undefined;
    beforeEach(async () => {
      current = await create(clock);
    });
    afterEach(async () => {
      await current?.dispose();
    });
    const use: UseStore = () => {
      if (current === undefined) throw new Error('no store was made');
      return current;
    };
    exerciseReceiving(use);
    exerciseSubmitting(use);
    exerciseOutbox(use);
    exerciseEnds(use);
    exerciseLists(use);
    exerciseContracts(use);
  });
}

/** The store of the test that runs. */
export type UseStore = () => StoreUnderTest;
