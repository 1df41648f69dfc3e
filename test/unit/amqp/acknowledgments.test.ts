import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Acknowledgments, type SettlingChannel, type Tagged } from '../../../adapters/amqp/amqp091/acknowledgments.ts';

const tagged = (deliveryTag: number): Tagged => ({ fields: { deliveryTag } });

/** What a broker does with the deliveries of a channel: it closes the channel for a tag that is not open. */
class BrokerSide implements SettlingChannel<Tagged> {
  readonly open: Set<number>;
  readonly taken: number[] = [];
  readonly back: number[] = [];
  frames = 0;

  constructor(count: number) {
    this.open = new Set(Array.from({ length: count }, (_, index) => index + 1));
  }

  ack({ fields: { deliveryTag } }: Tagged, allUpTo = false): void {
    this.#require(deliveryTag);
    const tags = allUpTo ? [...this.open].filter((tag) => tag <= deliveryTag) : [deliveryTag];
    for (const tag of tags) this.open.delete(tag);
    this.taken.push(...tags);
  }

  nack({ fields: { deliveryTag } }: Tagged): void {
    this.#require(deliveryTag);
    this.open.delete(deliveryTag);
    this.back.push(deliveryTag);
  }

  #require(tag: number): void {
    this.frames++;
    if (!this.open.has(tag)) throw new Error(`unknown delivery tag ${tag}`);
  }
}

interface Step {
  readonly tag: number;
  readonly does: 'accept' | 'release' | 'nothing';
  readonly flush: boolean;
}

/** What becomes of the deliveries of a channel, in any order. */
const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.record({
      rank: fc.integer(),
      does: fc.constantFrom<Step['does'][]>('accept', 'accept', 'accept', 'release', 'nothing'),
      flush: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.map((one, index) => ({ ...one, tag: index + 1 })).toSorted((a, b) => a.rank - b.rank));

function sorted(tags: readonly number[]): readonly number[] {
  return tags.toSorted((a, b) => a - b);
}

function closed(): never {
  throw new Error('Channel closed');
}

describe('acknowledgments to the broker', () => {
  it('many in one turn are one frame; what is still open keeps nobody waiting, and comes when it is done', async () => {
    const broker = new BrokerSide(6);
    const acknowledgments = new Acknowledgments(broker);
    for (const tag of [3, 1, 2, 5, 6]) acknowledgments.accept(tagged(tag));
    assert.deepEqual(broker.taken, []);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([broker.frames, [...broker.open]], [3, [4]]);
    acknowledgments.accept(tagged(4));
    acknowledgments.flush();
    assert.deepEqual([broker.frames, broker.open.size], [4, 0]);
  });

  it('in whatever order and turns: each that was accepted is taken, each that was released goes back, and no other', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const broker = new BrokerSide(list.length);
        const acknowledgments = new Acknowledgments(broker);
        for (const { tag, does, flush } of list) {
          if (does !== 'nothing') acknowledgments[does](tagged(tag));
          if (flush) acknowledgments.flush();
        }
        acknowledgments.flush();
        const tagsOf = (what: Step['does']): readonly number[] =>
          sorted(list.filter(({ does }) => does === what).map(({ tag }) => tag));
        assert.deepEqual([broker.taken, broker.back, [...broker.open]].map(sorted), [
          tagsOf('accept'),
          tagsOf('release'),
          tagsOf('nothing'),
        ]);
      }),
    );
  });

  it('a channel that is closed is not told, and harms nobody', async () => {
    const acknowledgments = new Acknowledgments({ ack: closed, nack: closed });
    acknowledgments.accept(tagged(1));
    acknowledgments.accept(tagged(2));
    await new Promise((resolve) => setImmediate(resolve));
    assert.throws(() => acknowledgments.release(tagged(3)), /Channel closed/);
  });
});
