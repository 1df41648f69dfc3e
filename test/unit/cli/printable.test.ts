import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { eventLine } from '../../../src/cli/commands/events.ts';
import { describeError } from '../../../src/cli/output.ts';
import { formatFields, formatTable } from '../../../src/cli/table.ts';

/** Clears the screen, takes the colour of errors, turns the text, ends the line and makes one of its own. */
const NASTY = 'a\u001b[2J\u009b31m\u202egpj.exe\u2028\r\nDELIVERED';
const ACTIVE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

describe('what a partner chose, at the terminal of an operator', () => {
  const shown: readonly (readonly [string, string, number])[] = [
    ['a table', formatTable(['NAME', 'TYPE'], [[NASTY, NASTY]]), 2],
    ['fields', formatFields([['name', NASTY]]), 1],
    ['an event', eventLine({ sequence: 1, subject: NASTY, type: 'x', time: '', data: { reason: NASTY } }), 1],
  ];
  for (const [what, text, lines] of shown) {
    it(`A75 steers nothing in ${what}, and makes no line of its own`, () => {
      assert.doesNotMatch(text, ACTIVE);
      assert.equal(text.split('\n').length, lines + 1);
      assert.match(text, /gpj\.exe/);
    });
  }

  it('A75 steers nothing in an error, which may have several lines', () => {
    const text = describeError(new GatewayError('REQUEST_INVALID', { location: NASTY, detail: `one\ntwo ${NASTY}` }));
    assert.doesNotMatch(text, ACTIVE);
    assert.match(text, /one\n +two/);
  });
});
