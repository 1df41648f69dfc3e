import assert from 'node:assert/strict';
import fc from 'fast-check';
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
    const actions = fc.array(fc.record({ release: fc.boolean(), flush: fc.boolean(), leave: fc.nat(9) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        actions.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray(
              list.map((_, index) => index + 1),
              { minLength: list.length },
            ),
          ),
        ),
        ([list, order]) => {
          const broker = new BrokerSide(list.length);
          const acknowledgments = new Acknowledgments(broker);
          const accepted: number[] = [];
          const released: number[] = [];
          const left: number[] = [];
          for (const [index, tag] of order.entries()) {
            const { release, flush, leave } = list[index] ?? assert.fail('an action a tag');
            if (leave === 0) left.push(tag);
            else if (release) {
              acknowledgments.release(tagged(tag));
              released.push(tag);
            } else {
              acknowledgments.accept(tagged(tag));
              accepted.push(tag);
            }
            if (flush) acknowledgments.flush();
          }
          acknowledgments.flush();
          const sorted = (tags: Iterable<number>): readonly number[] => [...tags].toSorted((a, b) => a - b);
          assert.deepEqual(
            [sorted(broker.taken), sorted(broker.back), sorted(broker.open)],
            [sorted(accepted), sorted(released), sorted(left)],
          );
        },
      ),
    );
  });

  it('a channel that is closed is not told, and harms nobody', async () => {
    const closed = (): never => {
      throw new Error('Channel closed');
    };
    const acknowledgments = new Acknowledgments({ ack: closed, nack: closed });
    acknowledgments.accept(tagged(1));
    acknowledgments.accept(tagged(2));
    await new Promise((resolve) => setImmediate(resolve));
    assert.throws(() => acknowledgments.release(tagged(3)), /Channel closed/);
  });
});
