import assert from 'node:assert/strict';
import { EnvelopeMemory } from '../../../src/mime/envelope-memory.ts';

describe('the memory that envelopes share', () => {
  it('is bounded over all requests, half of it for one address, and given back when a request ends', () => {
    const memory = new EnvelopeMemory(10_000);
    const [first, second, other, third] = ['a', 'a', 'b', 'c'].map((address) => memory.open(address));
    assert.ok(first && second && other && third);
    first.take(3_000);
    assert.throws(() => second.take(3_000), { code: 'BUSY', detail: /from a hold 3128/ });
    other.take(4_000);
    assert.throws(() => third.take(4_000), { code: 'BUSY', detail: /all requests hold 7256/ });
    first.close();
    first.close();
    second.take(3_000);
    for (const one of [first, second, other, third]) one.close();
    assert.equal(memory.held, 0);
  });

  it('has room for one request that is alone, and counts what small chunks cost', () => {
    const memory = new EnvelopeMemory(1_000);
    const alone = memory.open('a');
    alone.take(800);
    alone.take(5_000);
    assert.throws(() => memory.open('b').take(1), { code: 'BUSY' });
    alone.close();
    const dripping = memory.open('a');
    const beside = memory.open('b');
    beside.take(1);
    dripping.take(1);
    dripping.take(1);
    dripping.take(1);
    assert.equal(memory.held, 4 * 129);
  });
});
