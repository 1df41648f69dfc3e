import assert from 'node:assert/strict';
import { isExpired, nextDue, timeToLive } from '../../../src/msh/retry-schedule.ts';

const START = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;

describe('the schedule of a message', () => {
  for (const [retries, retryInterval, minutes] of [
    [0, MINUTE, 1],
    [2, MINUTE, 3],
    [8, 180 * MINUTE, 27 * 60],
  ] as const) {
    it(`§3.1.6.4 ${retries} retries, ${retryInterval / MINUTE} minutes apart: TimeToLive after ${minutes} minutes [ebMS2 §6.4.5-1]`, () => {
      assert.equal(timeToLive(START, { reliable: true, retries, retryInterval }), START + minutes * MINUTE);
    });

    it(`§6.5.4 ${retries} retries: ${retries + 1} attempts on time, and then it expires [ebMS2 §6.4.3-1, ebMS2 §6.4.4-1]`, () => {
      const terms = { reliable: true, retries, retryInterval, timeToLive: START + minutes * MINUTE };
      const starts: number[] = [];
      let due: number | undefined = START;
      for (let attempt = 1; due !== undefined && !isExpired(terms, attempt, due); attempt += 1) {
        starts.push(due);
        due = nextDue(terms, attempt, due);
      }
      assert.deepEqual(
        starts,
        Array.from({ length: retries + 1 }, (_, index) => START + index * retryInterval),
      );
      assert.equal(due, terms.timeToLive);
    });
  }

  const reliable = { reliable: true, retries: 2, retryInterval: MINUTE, timeToLive: START + 3 * MINUTE };
  const bestEffort = { reliable: false, retries: 0, retryInterval: 0, timeToLive: undefined };
  const table = [
    ['the first attempt', reliable, 1, START, START + MINUTE],
    ['a late one: counted from when it started', reliable, 2, START + 90_000, START + 150_000],
    ['one so late that the next would be past TimeToLive', reliable, 2, START + 150_000, START + 3 * MINUTE],
    ['the last', reliable, 3, START + 2 * MINUTE, START + 3 * MINUTE],
    ['one more than agreed', reliable, 4, START + 2 * MINUTE, START + 3 * MINUTE],
    [
      'the last, without TimeToLive: after its interval',
      { ...reliable, timeToLive: undefined },
      3,
      START,
      START + MINUTE,
    ],
    ['best effort: nothing', bestEffort, 1, START, undefined],
  ] as const;
  for (const [what, terms, attempt, startedAt, due] of table) {
    it(`§6.5.4 what follows ${what}`, () => assert.equal(nextDue(terms, attempt, startedAt), due));
  }

  it('best effort has no TimeToLive and never expires by itself', () => {
    assert.equal(timeToLive(START, { reliable: false, retries: 3, retryInterval: MINUTE }), undefined);
    assert.equal(isExpired(bestEffort, 1, START + 365 * 86_400_000), false);
  });

  it('§3.1.6.4 expires at TimeToLive, not a millisecond before; and after its attempts', () => {
    assert.equal(isExpired(reliable, 1, START + 3 * MINUTE - 1), false);
    assert.equal(isExpired(reliable, 1, START + 3 * MINUTE), true);
    assert.equal(isExpired(reliable, 3, START), false);
    assert.equal(isExpired(reliable, 4, START), true);
  });
});
