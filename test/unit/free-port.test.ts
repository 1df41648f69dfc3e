import assert from 'node:assert/strict';
import { freePort } from '../setup/gateway-process.ts';

describe('the ports of the tests and the demo', () => {
  it('are given once each, in turn and side by side: what gets one starts later', async () => {
    const inTurn: number[] = [];
    while (inTurn.length < 500) inTurn.push(await freePort());
    const sideBySide = await Promise.all(Array.from({ length: 100 }, freePort));
    assert.equal(new Set([...inTurn, ...sideBySide]).size, 600);
    assert.ok(!inTurn.includes(0));
  });
});
