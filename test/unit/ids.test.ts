import assert from 'node:assert/strict';
import { isMessageId, newId, newMessageId, newTimedId, timeOfId } from '../../src/ids.ts';

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('fresh ids', () => {
  it('RFC 9562 §5.7 begin with the time they were made', () => {
    const before = Date.now();
    const id = newTimedId();
    const after = Date.now();
    assert.match(id, VERSION_7);
    const time = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    assert.ok(before <= time && time <= after, id);
    assert.equal(timeOfId(id), time);
    for (const other of [newId(), '', 'een', id.toUpperCase(), `${id}0`])
      assert.equal(timeOfId(other), undefined, other);
  });

  it('differ within a millisecond', () => {
    const ids = Array.from({ length: 1000 }, newTimedId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('EB013 a MessageId has the form of RFC 5322', () => {
    assert.ok(isMessageId(newMessageId('gateway.example.nl')));
  });
});
