import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Slices } from '../../../src/clock/slices.ts';

describe('work in slices', () => {
  it('a crowd begins a few a turn of the event loop, in its order', async () => {
    const slices = new Slices();
    const begun: number[] = [];
    const counts: number[] = [];
    for (let index = 0; index < 20; index++) slices.run(() => begun.push(index));
    while (begun.length < 20) {
      counts.push(begun.length);
      await turn();
    }
    assert.deepEqual(
      begun,
      Array.from({ length: 20 }, (_, index) => index),
    );
    assert.deepEqual(counts, [8, 16]);
  });

  it('what comes while others wait goes behind them', async () => {
    const slices = new Slices();
    const begun: string[] = [];
    for (let index = 0; index < 17; index++) slices.run(() => begun.push('first'));
    setImmediate(() => slices.run(() => begun.push('later')));
    await turn();
    await turn();
    assert.deepEqual(begun.slice(16), ['first', 'later']);
  });

  it('a single one begins at once', () => {
    let begun = false;
    new Slices().run(() => {
      begun = true;
    });
    assert.equal(begun, true);
  });
});
