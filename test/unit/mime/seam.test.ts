import assert from 'node:assert/strict';
import { Seam } from '../../../src/mime/seam.ts';

const MOST = 16 * 1024;

describe('octets that come behind those that are held', () => {
  it('A48 are put there one by one without a copy of all for each', () => {
    const seam = new Seam();
    const rooms = new Set<ArrayBufferLike>();
    let held: Buffer = Buffer.from('-');
    for (let count = 1; count < MOST; count += 1) {
      held = seam.join(held, Buffer.from([count % 251]));
      rooms.add(held.buffer);
    }
    assert.equal(held.length, MOST);
    assert.ok(held.subarray(1).every((octet, index) => octet === (index + 1) % 251));
    assert.ok(rooms.size <= Math.log2(MOST), `${rooms.size} rooms`);
  });

  it('change nothing of what was handed out before, and may be cut off in front', () => {
    const seam = new Seam();
    const first = seam.join(Buffer.from('ab'), Buffer.from('cd'));
    const second = seam.join(first.subarray(2), Buffer.from('ef'));
    const third = seam.join(first.subarray(1, 3), Buffer.from('xy'));
    const fourth = seam.join(third.subarray(3), Buffer.alloc(3000, 'z'));
    assert.deepEqual([first, second, third].map(String), ['abcd', 'cdef', 'bcxy']);
    assert.equal(String(fourth), `y${'z'.repeat(3000)}`);
  });
});
