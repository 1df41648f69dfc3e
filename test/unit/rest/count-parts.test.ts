import assert from 'node:assert/strict';
import { BoundaryCounter, boundaryOf } from '../../../adapters/rest/requests/count-parts.ts';

describe('counting the parts of a form', () => {
  it('finds every boundary, however the octets are cut', () => {
    const body = Buffer.from('--x\r\n\r\na --x\r\n--x\r\n\r\n\r\n--\r\n--x\r\n\r\nc\r\n--x--\r\n');
    for (let size = 1; size <= body.length; size++) {
      const counter = new BoundaryCounter('x');
      for (let at = 0; at < body.length; at += size) counter.see(body.subarray(at, at + size));
      assert.equal(counter.parts, 3, `chunks of ${size}`);
    }
  });

  it('reads the boundary of a Content-Type, quoted or not', () => {
    assert.equal(boundaryOf('multipart/form-data; boundary=abc'), 'abc');
    assert.equal(boundaryOf('multipart/form-data; charset=x; Boundary="a b"; y=z'), 'a b');
    assert.equal(boundaryOf('multipart/form-data'), undefined);
  });
});
