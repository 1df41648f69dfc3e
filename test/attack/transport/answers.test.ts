import assert from 'node:assert/strict';
import { Dispatcher } from 'undici';
import { Slices } from '../../../src/clock/slices.ts';
import { exchange } from '../../../src/transport/exchange.ts';
import { heapInUse } from '../../setup/heap-in-use.ts';

const OCTETS = 200_000;
const TERMS = { timeoutMs: 10_000, maxBytes: 1024 * 1024, slices: new Slices(), takesParts: false };

/** Answers each request at once, octet by octet, and tells what the heap holds before the end of the answer. */
class OctetByOctet extends Dispatcher {
  held = 0;

  override dispatch(_options: unknown, handler: Dispatcher.DispatchHandler): boolean {
    const controller: Dispatcher.DispatchController = {
      aborted: false,
      paused: false,
      reason: null,
      abort: assert.fail,
      pause: assert.fail,
      resume: assert.fail,
    };
    handler.onRequestStart?.(controller, undefined);
    handler.onResponseStart?.(controller, 200, { 'content-type': 'text/xml' }, 'OK');
    const before = heapInUse();
    for (let at = 0; at < OCTETS; at += 1) handler.onResponseData?.(controller, Buffer.from([at % 251]));
    this.held = heapInUse() - before;
    handler.onResponseEnd?.(controller, {});
    return true;
  }
}

describe('A48 the answer of a hostile partner', () => {
  it('A48 that comes octet by octet takes no more memory than one in large pieces', async () => {
    const partner = new OctetByOctet();
    const { body } = await exchange(partner, { path: '/ebms', method: 'POST' }, TERMS);
    assert.equal(body.length, OCTETS);
    assert.ok(body.every((octet, at) => octet === at % 251));
    assert.ok(partner.held < 2_000_000, `${partner.held} octets of heap`);
  });
});
