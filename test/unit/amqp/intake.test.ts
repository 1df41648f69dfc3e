import assert from 'node:assert/strict';
import { Intake } from '../../../adapters/amqp/intake.ts';

const MEBIBYTE = 1024 * 1024;

describe('how many messages of a queue are handed out at once', () => {
  let intake: Intake;

  beforeEach(() => {
    intake = new Intake({ prefetch: 512, inlineLimit: MEBIBYTE });
  });

  const take = (octets: number, times: number): void => {
    for (let n = 0; n < times; n++) intake.took(octets);
  };

  it('at first as many as fit, were each as long as it may be', () => {
    assert.equal(intake.atOnce, 64);
    assert.equal(new Intake({ prefetch: 10, inlineLimit: MEBIBYTE }).atOnce, 10);
    assert.equal(new Intake({ prefetch: 512, inlineLimit: 1024 * MEBIBYTE }).atOnce, 1);
  });

  it('as many as were set once short ones fill that, and few again when none is left', () => {
    take(100, 63);
    assert.equal(intake.atOnce, 64);
    assert.equal(intake.took(100), true);
    assert.equal(intake.atOnce, 512);
    for (let n = 0; n < 63; n++) assert.equal(intake.settled(100), false);
    assert.equal(intake.settled(100), true);
    assert.equal(intake.atOnce, 64);
  });

  it('few as soon as a long one comes, and for as long as one is in hand', () => {
    take(100, 64);
    assert.equal(intake.took(MEBIBYTE), true);
    assert.equal(intake.atOnce, 64);
    take(100, 64);
    assert.equal(intake.atOnce, 64);
    intake.settled(MEBIBYTE);
    assert.equal(intake.took(100), true);
    assert.equal(intake.atOnce, 512);
  });
});
