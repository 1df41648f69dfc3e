import { ManualClock } from '../setup/manual-clock.ts';
import { exerciseAudit } from './store/audit.ts';
import { exerciseConsultations } from './store/consultations.ts';
import { exerciseContracts } from './store/contracts.ts';
import { exerciseDeadLetters } from './store/dead-letters.ts';
import { exerciseEnds } from './store/ends.ts';
import { exerciseHandovers } from './store/handovers.ts';
import { exerciseLists } from './store/lists.ts';
import { exerciseOperating } from './store/operating.ts';
import { exerciseOrdering } from './store/ordering.ts';
import { exerciseOutbox } from './store/outbox.ts';
import { exerciseOwners } from './store/owners.ts';
import { exerciseReceiving } from './store/receiving.ts';
import { exerciseReplies } from './store/replies.ts';
import { exerciseStates } from './store/states.ts';
import type { CreateStore, StoreUnderTest, UseStore } from './store/store-under-test.ts';
import { exerciseSubmitting } from './store/submitting.ts';

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
    exerciseOrdering(use);
    exerciseHandovers(use);
    exerciseReplies(use);
    exerciseDeadLetters(use);
    exerciseOutbox(use);
    exerciseEnds(use);
    exerciseOperating(use);
    exerciseLists(use);
    exerciseOwners(use);
    exerciseAudit(use);
    exerciseContracts(use);
    exerciseConsultations(use);
    exerciseStates(use);
  });
}
