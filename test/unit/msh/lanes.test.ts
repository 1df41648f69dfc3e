import assert from 'node:assert/strict';
import { Lanes } from '../../../src/msh/outbound/lanes.ts';

describe('lanes of the outbox', () => {
  it('a lane is open until its places are taken, whatever others do', () => {
    const lanes = new Lanes(2);
    lanes.enter('slow');
    assert.ok(lanes.isOpen('slow'));
    lanes.enter('slow');
    assert.ok(!lanes.isOpen('slow'));
    assert.ok(lanes.isOpen('other'));
    assert.ok(!lanes.waits('other'), 'it has places: look now');
  });

  it('where something waits nothing new goes first, and a quarter of free places is worth a look', () => {
    const lanes = new Lanes(4);
    for (let place = 0; place < 4; place += 1) lanes.enter('lane');
    assert.ok(lanes.waits('lane'));
    assert.ok(lanes.leave('lane'), 'one of four is free');
    assert.ok(lanes.isOpen('lane'));
    lanes.enter('lane');
    lanes.noteFull();
    assert.ok(!lanes.isOpen('lane'));
  });

  it('a lane in which nothing waits is not looked at when places become free', () => {
    const lanes = new Lanes(1);
    lanes.enter('lane');
    assert.ok(!lanes.leave('lane'));
  });
});
