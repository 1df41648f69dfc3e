import assert from 'node:assert/strict';
import { Database } from '../../../src/store/sqlite/database.ts';
import { migrate } from '../../../src/store/sqlite/migrate.ts';
import { OPERATIONS } from '../../../src/store/sqlite/operations/index.ts';
import { event, inbound, outbound } from '../../conformance/store/records.ts';

const MAX = 99_999_999;

/** A hundred million messages are too many for a test: the conversation is put where its numbers end. */
describe('the turn of SequenceNumbers', () => {
  let db = new Database(':memory:');
  beforeEach(() => {
    db.close();
    db = new Database(':memory:');
    migrate(db);
  });
  after(() => db.close());

  const arrive = (number: number, reset = false): string => {
    const message = inbound({ messageId: `${number}@x`, order: { number, reset, maxHeld: 10 } });
    const received = event('message.received', message.messageId);
    return OPERATIONS.acceptInbound(db, { message, answer: undefined, event: received }).kind;
  };
  const submit = (number: number, reset = false): unknown =>
    OPERATIONS.submitOutbound(db, outbound({ order: { number, reset } }));
  const atTheEnd = (): void => {
    db.run('DELETE FROM message');
    db.run('UPDATE conversation SET next = ?', MAX - 1);
  };

  it('§9.1.1 received: after 99999999 comes 0 with status Continue, out of order too', () => {
    assert.equal(arrive(0, true), 'accepted');
    atTheEnd();
    assert.deepEqual(
      [MAX, 1, 0].map((number) => arrive(number)),
      ['held', 'held', 'held'],
    );
    assert.equal(arrive(MAX - 1), 'accepted');
    const handedOver = OPERATIONS.listEvents(db, { after: 0, limit: 20 }).filter(
      ({ type }) => type === 'message.received',
    );
    assert.deepEqual(
      handedOver.slice(1).map(({ messageId }) => messageId),
      [MAX - 1, MAX, 0, 1].map((number) => `${number}@x`),
    );
    assert.equal(arrive(MAX - 2), 'out-of-order');
    assert.equal(arrive(2), 'accepted');
  });

  it('§9.1.1 sent: the number after 99999999 is 0, and no Reset', () => {
    assert.deepEqual(submit(0, true), { kind: 'submitted' });
    atTheEnd();
    assert.deepEqual(submit(MAX - 1), { kind: 'submitted' });
    assert.deepEqual(submit(MAX), { kind: 'submitted' });
    assert.deepEqual(submit(0, true), { kind: 'order-conflict', next: { number: 0, reset: false } });
    assert.deepEqual(submit(0), { kind: 'submitted' });
    assert.deepEqual(submit(1), { kind: 'submitted' });
  });
});
