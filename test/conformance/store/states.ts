import assert from 'node:assert/strict';
import { TRANSITIONS } from '../../../src/msh/states.ts';
import type { AfterAttempt, EventType, MessageState, Store } from '../../../src/ports/store.ts';
import { accept, attempt, cancellation, conclusion, event, inbound, MINUTE, outbound, T0, US } from './records.ts';
import type { UseStore } from './store-under-test.ts';

const TABLE = TRANSITIONS.map(({ from, to }) => `${from} ${to}`).sort();
const END = T0 + 100 * MINUTE;

type Step = (store: Store, messageId: string) => Promise<unknown>;

/** Records an attempt with the lease that is to be had; where there is none, the message has ended and nothing happens. */
function attempted(next: (messageId: string) => AfterAttempt): Step {
  return async (store, messageId) => {
    const { jobs } = await store.claimDue({ now: END, leaseMs: MINUTE, limit: 1, perLane: 1 });
    const [job] = jobs;
    if (job !== undefined) await store.recordAttempt(job.lease, attempt(job.attempt), next(messageId));
  };
}

const SENT = attempted(() => ({ kind: 'wait', dueAt: T0, state: 'SENT' }));

function concluding(state: 'DELIVERED' | 'FAILED'): Step {
  return (store, messageId) => store.concludeOutbound(conclusion(messageId, { state }));
}

function ending(state: 'DELIVERED' | 'FAILED' | 'EXPIRED', type: EventType): Step {
  return attempted((messageId) => ({ kind: 'end', state, event: event(type, messageId, { direction: 'out' }) }));
}

const submit: Step = (store, messageId) => store.submitOutbound(outbound({ messageId, fromPartyId: US }));
const receive: Step = (store, messageId) => accept(store, inbound({ messageId }));
const take: Step = (store, messageId) => store.takeInbound(messageId, T0);
const cancel: Step = (store, messageId) => store.cancelOutbound(cancellation(messageId));

/** Everything that the port offers to do with a message. */
const STEPS: readonly Step[] = [
  SENT,
  attempted(() => ({ kind: 'wait', dueAt: T0 })),
  ending('DELIVERED', 'message.delivered'),
  ending('FAILED', 'message.failed'),
  ending('EXPIRED', 'message.expired'),
  concluding('DELIVERED'),
  concluding('FAILED'),
  cancel,
  take,
];

/** How a message comes into each state that it can have. */
const WAYS: Readonly<Record<MessageState, readonly Step[]>> = {
  RECEIVED: [receive],
  TAKEN: [receive, take],
  QUEUED: [submit],
  SENT: [submit, SENT],
  DELIVERED: [submit, concluding('DELIVERED')],
  FAILED: [submit, concluding('FAILED')],
  EXPIRED: [submit, ending('EXPIRED', 'message.expired')],
  CANCELLED: [submit, cancel],
};

/** The table of states against what the store really does with a message. */
export function exerciseStates(use: UseStore): void {
  describe('states', () => {
    const seen = new Set<string>(['new RECEIVED', 'new QUEUED']);

    for (const [state, ways] of Object.entries(WAYS)) {
      it(`${state}: whatever is done, it stays or goes on as the table says`, async () => {
        const { store } = use();
        for (const [number, step] of STEPS.entries()) {
          const messageId = `${number}@us.example`;
          for (const way of ways) await way(store, messageId);
          assert.equal((await store.findMessage(messageId))?.state, state);
          await step(store, messageId);
          const after = (await store.findMessage(messageId))?.state;
          if (after !== state) seen.add(`${state} ${String(after)}`);
          await cancel(store, messageId);
        }
        const made = [...seen].filter((one) => one.startsWith(`${state} `));
        assert.deepEqual(
          made.filter((one) => !TABLE.includes(one)),
          [],
        );
      });
    }

    it('every transition of the table can be made', () => assert.deepEqual([...seen].sort(), TABLE));
  });
}
