import assert from 'node:assert/strict';
import { Deadlines } from '../../../src/clock/deadlines.ts';
import { ManualClock } from '../../setup/manual-clock.ts';

describe('one time limit for many', () => {
  const T0 = 1_000_000;

  it('each is late after its own time, and only what has not ended', () => {
    const clock = new ManualClock(T0);
    const deadlines = new Deadlines(clock, 60);
    const late: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => () => void late.push(name));
    if (a === undefined || b === undefined || c === undefined) return assert.fail('three');
    deadlines.begin(a);
    clock.advance(10);
    deadlines.begin(b);
    deadlines.begin(c);
    deadlines.end(b);
    clock.advance(49);
    assert.deepEqual(late, []);
    clock.advance(1);
    assert.deepEqual(late, ['a']);
    clock.advance(10);
    assert.deepEqual(late, ['a', 'c']);
    clock.advance(1_000);
    assert.deepEqual(late, ['a', 'c']);
  });

  it('no timer is left once all have ended, and what begins later gets its whole time', () => {
    const clock = new ManualClock(T0);
    const deadlines = new Deadlines(clock, 60);
    let calls = 0;
    const first = (): void => void calls++;
    deadlines.begin(first);
    assert.equal(clock.isSet(T0 + 60), true);
    deadlines.end(first);
    assert.equal(clock.isSet(T0 + 60), false);
    clock.advance(50);
    deadlines.begin(() => void calls++);
    clock.advance(59);
    assert.equal(calls, 0);
    clock.advance(1);
    assert.equal(calls, 1);
  });
});
