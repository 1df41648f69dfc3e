import type { Clock } from '../../../src/clock.ts';
import type { Store } from '../../../src/ports/store.ts';

/** A store of its own for one test, empty at first. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens it again on the same data; undefined for one that forgets. */
  readonly reopen: (() => Promise<Store>) | undefined;
  readonly dispose: () => Promise<void>;
}

export type CreateStore = (clock: Clock) => Promise<StoreUnderTest>;

/** The store of the test that runs. */
export type UseStore = () => StoreUnderTest;
