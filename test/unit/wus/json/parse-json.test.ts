import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GatewayError } from '../../../../src/errors.ts';
import { parseJson } from '../../../../src/wus/json/parse-json.ts';

function refusal(text: string | Buffer): readonly [code: string, location: string | undefined] {
  try {
    parseJson(Buffer.from(text));
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return [error.code, error.location];
  }
  return ['read', undefined];
}

describe('a JSON text', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => assert.deepEqual(parseJson(Buffer.from(text)), JSON.parse(text))),
      { numRuns: 200 },
    );
  });

  it('RFC 8259 §4 a member that an object has twice is refused: one of them would be lost', () => {
    assert.deepEqual(refusal('{"a":1,"b":{"a":2},"a":3}'), ['TRANSLATION_IMPOSSIBLE', '/a']);
    assert.deepEqual(refusal(String.raw`{"x":[1,{"a/\"":1,"a\/\u0022":2}]}`), ['TRANSLATION_IMPOSSIBLE', '/x/1/a~1"']);
    assert.deepEqual(refusal('{"__proto__":1,"__proto__":2}'), ['TRANSLATION_IMPOSSIBLE', '/__proto__']);
    assert.deepEqual(refusal('[{"a":"a","b":["a","a"]},{"a":"{\\"a\\":1,\\"a\\":1}"}]'), ['read', undefined]);
  });

  it('A13 A14 is UTF-8, and nothing stands behind it', () => {
    for (const text of ['', '{', '{}x', '{"a":1,}', Buffer.from([0x22, 0xff, 0x22]), 'NaN']) {
      assert.deepEqual(refusal(text), ['REQUEST_INVALID', 'body']);
    }
  });

  it('of 10 MB in one string is read', () => {
    const text = JSON.stringify({ a: 'x"\\'.repeat(3_000_000), '': [1, ''] });
    assert.deepEqual(parseJson(Buffer.from(text)), JSON.parse(text));
    assert.deepEqual(refusal('{"":1,"":2}'), ['TRANSLATION_IMPOSSIBLE', '/']);
  });

  it('RFC 8259 §6 a number that would be rounded to a whole one is refused: an amount would be another', () => {
    for (const number of ['0.99999999999999999999', '3.00000000000000000001', '-1e-400', `0.${'0'.repeat(400)}1`]) {
      assert.deepEqual(refusal(`{"a":"1.5","b":[true,${number}]}`), ['TRANSLATION_IMPOSSIBLE', '/b/1'], number);
    }
    for (const number of [
      '1.0',
      '-0.0',
      '0e9',
      '1.50e1',
      '12e-0',
      '100e-2',
      '0.1',
      '1e21',
      '12345678901234567890',
      '1e400',
    ]) {
      assert.deepEqual(refusal(`[${number}]`), ['read', undefined], number);
    }
  });

  it('A13 what is named of a place is bounded, however deep and long it is', () => {
    const deep = `${'['.repeat(300_000)}{"a":1,"a":2}${']'.repeat(300_000)}`;
    const long = `{"${'y'.repeat(500_000)}":{"a":1,"a":2}}`;
    for (const text of [deep, long]) {
      const [code, location = ''] = refusal(text);
      assert.equal(code, 'TRANSLATION_IMPOSSIBLE');
      assert.ok(location.length > 0 && location.length <= 4001, String(location.length));
    }
  });

  it('of a million digits is read', () => {
    assert.deepEqual(refusal(`[${'1'.repeat(1_000_000)},0.${'0'.repeat(1_000_000)}]`), ['read', undefined]);
  });

  it('of a million open brackets is refused without a fault', () => {
    assert.ok(['REQUEST_INVALID', 'read'].includes(refusal('['.repeat(1_000_000))[0]));
    assert.ok(['REQUEST_INVALID', 'read'].includes(refusal('['.repeat(1_000_000) + ']'.repeat(1_000_000))[0]));
  });
});
