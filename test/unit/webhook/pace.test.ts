import assert from 'node:assert/strict';
import { Pace } from '../../../adapters/webhook/pace.ts';
import { GatewayError } from '../../../src/errors.ts';
import { ManualClock } from '../../setup/manual-clock.ts';

const isLater = (thrown: unknown): boolean => thrown instanceof GatewayError && thrown.code === 'HANDOVER_FAILED';

describe('the rate that a receiver of webhooks allows', () => {
  for (const [rate, perMinute] of [
    ['120', 120],
    ['*', undefined],
    [undefined, undefined],
    ['0', undefined],
    ['-5', undefined],
    ['snel', undefined],
    ['1e3', undefined],
  ] as const) {
    it(`${rate ?? 'nothing'} is ${perMinute ?? 'any'}`, () =>
      assert.equal(new Pace(new ManualClock()).allow(rate), perMinute));
  }

  it('spreads requests evenly, and saves nothing up', async () => {
    const clock = new ManualClock();
    const pace = new Pace(clock);
    pace.allow('60');
    const gone: number[] = [];
    const go = (n: number): Promise<void> => pace.turn().then(() => void gone.push(n));
    const first = go(1);
    const others = [go(2), go(3)];
    await first;
    clock.advance(999);
    await Promise.resolve();
    assert.deepEqual(gone, [1]);
    clock.advance(1);
    await others[0];
    clock.advance(1_000);
    await others[1];
    clock.advance(60_000);
    await go(4);
    const fifth = go(5);
    await Promise.resolve();
    assert.deepEqual(gone, [1, 2, 3, 4]);
    clock.advance(1_000);
    await fifth;
  });

  it('what somebody waits for goes at once, and the others make room', async () => {
    const clock = new ManualClock();
    const pace = new Pace(clock);
    pace.allow('1');
    pace.count();
    let gone = false;
    const next = pace.turn().then(() => (gone = true));
    clock.advance(59_999);
    await Promise.resolve();
    assert.equal(gone, false);
    clock.advance(1);
    await next;
  });

  it('who would wait longer than nine minutes is told to come again, and all at the end', async () => {
    const pace = new Pace(new ManualClock());
    pace.allow('1');
    await pace.turn();
    const waiting = Array.from({ length: 9 }, () => pace.turn());
    await assert.rejects(pace.turn(), isLater);
    pace.close();
    for (const one of waiting) await assert.rejects(one, isLater);
  });
});
