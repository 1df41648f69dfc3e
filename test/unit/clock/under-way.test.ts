import assert from 'node:assert/strict';
import { onAbort } from '../../../src/clock/on-abort.ts';
import { type Placed, UnderWay } from '../../../src/clock/under-way.ts';
import { buffersInUse } from '../../setup/heap-in-use.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

interface Work extends Placed {
  readonly name: string;
}

const work = (name: string): Work => ({ name, place: undefined });

const names = (all: UnderWay<Work>): string => Array.from(all.now(), ({ name }) => name).join('');

describe('what is under way', () => {
  it('comes and goes in any order, each once', () => {
    const all = new UnderWay<Work>();
    const [a, b, c] = [work('a'), work('b'), work('c')] as const;
    for (const one of [a, b, c, b]) all.add(one);
    assert.deepEqual([names(all), all.size], ['abc', 3]);
    all.remove(a);
    all.remove(a);
    assert.deepEqual([names(all), all.size], ['cb', 2]);
    all.remove(b);
    all.add(a);
    assert.equal(names(all), 'ca');
    all.remove(c);
    all.remove(a);
    assert.equal(all.size, 0);
  });

  it('may leave while somebody goes through it', () => {
    const all = new UnderWay<Work>();
    for (const name of 'abcd') all.add(work(name));
    for (const one of all.now()) all.remove(one);
    assert.equal(all.size, 0);
  });
});

describe('what waits for a signal', () => {
  it('is told once, unless it left before', () => {
    const abort = new AbortController();
    const told: string[] = [];
    const leave = ['a', 'b', 'c', 'd'].map((name) => onAbort(abort.signal, () => told.push(name)));
    leave[1]?.();
    leave[1]?.();
    abort.abort();
    leave[0]?.();
    assert.deepEqual(told.toSorted(), ['a', 'c', 'd']);
  });

  it('may call off another that was not told yet', () => {
    const abort = new AbortController();
    const told: string[] = [];
    const leave: (() => void)[] = [];
    for (const name of ['a', 'b']) {
      const other = leave.length === 0 ? 1 : 0;
      leave.push(
        onAbort(abort.signal, () => {
          told.push(name);
          leave[other]?.();
        }),
      );
    }
    abort.abort();
    assert.equal(told.length, 1);
  });

  it('keeps nothing of what came after it', () => {
    const { signal } = new AbortController();
    let leave = onAbort(signal, () => undefined);
    const before = buffersInUse();
    for (let index = 0; index < 200; index += 1) {
      const held = Buffer.allocUnsafeSlow(64 * KIB);
      const next = onAbort(signal, () => held.fill(0));
      leave();
      leave = next;
    }
    leave();
    const kept = buffersInUse() - before;
    assert.ok(kept < MIB, `${kept} octets`);
  });
});
