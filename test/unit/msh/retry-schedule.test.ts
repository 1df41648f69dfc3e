import assert from 'node:assert/strict';
import { isExpired, nextDue, type RetryTerms, timeToLive } from '../../../src/msh/retry-schedule.ts';

const START = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24].map((hours) => hours * HOUR);

interface Row {
  readonly retries: number;
  readonly retryInterval: number;
  readonly persistDuration?: number;
  readonly reliable?: boolean;
  /** By attempt: so much later than it is due it begins. */
  readonly late?: readonly number[];
  /** When attempts begin, counted from the submission. */
  readonly attempts: readonly number[];
  /** When the message is EXPIRED; undefined: its one attempt decides. */
  readonly expires: number | undefined;
}

const ROWS: Readonly<Record<string, Row>> = {
  'no retries': { retries: 0, retryInterval: MINUTE, attempts: [0], expires: MINUTE },
  'two, a minute apart': {
    retries: 2,
    retryInterval: MINUTE,
    attempts: [0, MINUTE, 2 * MINUTE],
    expires: 3 * MINUTE,
  },
  'best practice, kept for two days': {
    retries: 8,
    retryInterval: 3 * HOUR,
    persistDuration: 2 * DAY,
    attempts: HOURS,
    expires: 27 * HOUR,
  },
  'best practice itself, kept for a day: the last is not made': {
    retries: 8,
    retryInterval: 3 * HOUR,
    persistDuration: DAY,
    attempts: HOURS.slice(0, 8),
    expires: DAY - 1,
  },
  'kept exactly as long as the retries last': {
    retries: 2,
    retryInterval: MINUTE,
    persistDuration: 3 * MINUTE,
    attempts: [0, MINUTE, 2 * MINUTE],
    expires: 3 * MINUTE - 1,
  },
  'kept for less than an interval: one attempt': {
    retries: 5,
    retryInterval: HOUR,
    persistDuration: 10 * MINUTE,
    attempts: [0],
    expires: 10 * MINUTE - 1,
  },
  'PersistDuration of nothing says nothing': {
    retries: 1,
    retryInterval: MINUTE,
    persistDuration: 0,
    attempts: [0, MINUTE],
    expires: 2 * MINUTE,
  },
  'a late attempt moves those that follow, not the end': {
    retries: 3,
    retryInterval: MINUTE,
    late: [0, 90_000],
    attempts: [0, 2.5 * MINUTE, 3.5 * MINUTE],
    expires: 4 * MINUTE,
  },
  'the gateway was down until the end: nothing is sent any more': {
    retries: 3,
    retryInterval: MINUTE,
    late: [0, 10 * MINUTE],
    attempts: [0],
    expires: 11 * MINUTE,
  },
  'the gateway was down before the first': {
    retries: 1,
    retryInterval: MINUTE,
    late: [MINUTE],
    attempts: [MINUTE],
    expires: 2 * MINUTE,
  },
  'best effort: once, whatever the numbers say': {
    retries: 3,
    retryInterval: MINUTE,
    persistDuration: MINUTE,
    reliable: false,
    attempts: [0],
    expires: undefined,
  },
};

describe('the schedule of a message that nobody acknowledges', () => {
  for (const [what, row] of Object.entries(ROWS)) {
    it(`§6.4.6 §6.5.4 ${what} [ebMS2 §6.4.6-2]`, () => {
      const { attempts, expires } = row;
      assert.deepEqual(play(row), { attempts, expires });
    });
  }

  it('§3.1.6.4 expires at TimeToLive, not a millisecond before; and after its attempts', () => {
    const terms = { reliable: true, retries: 2, retryInterval: MINUTE, timeToLive: START + 3 * MINUTE };
    assert.equal(isExpired(terms, 1, START + 3 * MINUTE - 1), false);
    assert.equal(isExpired(terms, 1, START + 3 * MINUTE), true);
    assert.equal(isExpired(terms, 3, START), false);
    assert.equal(isExpired(terms, 4, START), true);
  });

  it('§6.5.4 without TimeToLive the last attempt has its interval', () => {
    const terms = { reliable: true, retries: 2, retryInterval: MINUTE, timeToLive: undefined };
    assert.equal(nextDue(terms, 3, START), START + MINUTE);
  });
});

/** Follows the schedule as the sender does: claim, look whether its time is over, send, wait. */
function play({ reliable = true, retries, retryInterval, persistDuration, late = [] }: Row): {
  readonly attempts: readonly number[];
  readonly expires: number | undefined;
} {
  const policy = { reliable, retries, retryInterval };
  const terms: RetryTerms = { ...policy, timeToLive: timeToLive(START, policy, persistDuration) };
  const attempts: number[] = [];
  let due: number | undefined = START;
  while (due !== undefined) {
    const now: number = due + (late[attempts.length] ?? 0);
    if (isExpired(terms, attempts.length + 1, now)) return { attempts, expires: now - START };
    attempts.push(now - START);
    due = nextDue(terms, attempts.length, now);
  }
  return { attempts, expires: undefined };
}
